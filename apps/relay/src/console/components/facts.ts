import { html } from 'hono/html'
import type { Html } from '../html.ts'

/** What is said of a thing, each with its name. */
export function facts(entries: readonly (readonly [term: string, value: Html | string | number])[]): Html {
  return html`<dl class="facts">${entries.map(([term, value]) => html`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>`
}
