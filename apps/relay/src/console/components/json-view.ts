import { html } from 'hono/html'
import type { Html } from '../html.ts'

/** A value as JSON, which scrolls by itself and is read out with its label. */
export function jsonView(value: unknown, label: string): Html {
  return html`<pre tabindex="0" role="region" aria-label="${label}">${JSON.stringify(value, null, 2)}</pre>`
}
