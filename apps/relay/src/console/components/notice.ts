import { html } from 'hono/html'
import type { Html } from '../html.ts'
import type { Tone } from './badge.ts'

/** A sentence on what happened or must be known. A bad one interrupts who listens to the page. */
export function notice(tone: Tone, content: Html | string): Html {
  return html`<p class="notice ${tone}" role="${tone === 'bad' ? 'alert' : 'status'}">${content}</p>`
}
