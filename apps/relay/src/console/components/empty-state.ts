import { html } from 'hono/html'
import type { Html } from '../html.ts'

/** Where there is nothing to show yet: says so, and what to do next. */
export function emptyState(title: string, content: Html): Html {
  return html`<div class="empty-state"><h2>${title}</h2>${content}</div>`
}
