import { html } from 'hono/html'
import type { Html } from '../html.ts'

/** What a colour says; the words say it too. */
export type Tone = 'good' | 'waiting' | 'bad' | 'neutral'

/** A state in a word or two. */
export function badge(tone: Tone, text: string): Html {
  return html`<span class="badge ${tone}">${text}</span>`
}
