import { html } from 'hono/html'
import type { Html } from '../html.ts'
import type { ConsoleSession } from '../session/console-session.ts'

/** The field that proves that a page of the console made a form. */
export const csrfField = '_csrf'

/** A form that changes something, or shows what is otherwise masked. `content` holds its fields and its button. */
export function postForm(session: ConsoleSession, action: string, content: Html, className = 'actions'): Html {
  return html`<form method="post" action="${action}" class="${className}"><input type="hidden" name="${csrfField}" value="${session.csrfToken}">${content}</form>`
}
