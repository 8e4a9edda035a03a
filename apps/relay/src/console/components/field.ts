import { html } from 'hono/html'
import type { Html } from '../html.ts'

/** One field of a form. */
export interface Field {
  readonly name: string
  readonly label: string
  readonly value?: string
  readonly type?: 'text' | 'search' | 'email' | 'tel' | 'datetime-local' | 'number'
  /** Instead of a text of one line: the values to choose from. */
  readonly choices?: readonly { readonly value: string; readonly label: string }[]
  readonly hint?: string
  readonly isRequired?: boolean
  readonly maxLength?: number
  /** Where several forms of a page have a field of this name. */
  readonly id?: string
}

/** A field with its label, and a hint that is read out with it. */
export function field({
  name,
  label,
  value = '',
  type = 'text',
  choices,
  hint,
  isRequired = false,
  maxLength,
  id = name,
}: Field): Html {
  const hintId = `${id}-hint`
  const shared = html`id="${id}" name="${name}"${isRequired ? html` required` : ''}${hint === undefined ? '' : html` aria-describedby="${hintId}"`}`
  const control =
    choices === undefined
      ? html`<input type="${type}" ${shared} value="${value}" autocomplete="off"${maxLength === undefined ? '' : html` maxlength="${maxLength}"`}>`
      : html`<select ${shared}>${choices.map(
          (choice) =>
            html`<option value="${choice.value}"${choice.value === value ? html` selected` : ''}>${choice.label}</option>`,
        )}</select>`
  return html`<div class="field"><label for="${id}">${label}</label>${control}${hint === undefined ? '' : html`<p class="hint" id="${hintId}">${hint}</p>`}</div>`
}
