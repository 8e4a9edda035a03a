import { html } from 'hono/html'
import type { Html } from '../html.ts'
import { formatDuration } from './format-duration.ts'

/** A moment, to the second: `2026-11-20 12:00:00`. Milliseconds since 1970. */
export function time(at: number | null): Html {
  if (at === null) return html`<span class="absent">—</span>`
  const iso = new Date(at).toISOString()
  return html`<time datetime="${iso}" title="${iso}">${iso.slice(0, 19).replace('T', ' ')}</time>`
}

/** How long ago a moment was: `3 min ago`; the moment itself is in its title. */
export function ago(at: number | null, now: number): Html {
  if (at === null) return html`<span class="absent">—</span>`
  const iso = new Date(at).toISOString()
  const words = at > now ? `in ${formatDuration(at - now)}` : `${formatDuration(now - at)} ago`
  return html`<time datetime="${iso}" title="${iso}">${words}</time>`
}

/** How long something has lasted: `3 min`; since when is in its title. */
export function lasting(since: number, now: number): Html {
  const iso = new Date(since).toISOString()
  return html`<time datetime="${iso}" title="since ${iso}">${formatDuration(Math.max(0, now - since))}</time>`
}
