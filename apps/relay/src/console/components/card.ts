import { html } from 'hono/html'
import type { Html } from '../html.ts'

/** A part of a page with a heading of its own. */
export interface Card {
  readonly title: Html | string
  /** Beside the heading. */
  readonly aside?: Html
  readonly content: Html
  /** With it and `isLive`, the card is loaded again every few seconds. */
  readonly id?: string
  readonly isLive?: boolean
}

/** A framed part of a page. */
export function card({ title, aside, content, id, isLive = false }: Card): Html {
  return html`<section class="card"${id === undefined ? '' : html` id="${id}"`}${isLive ? html` data-live` : ''}>
<div class="heading"><h2>${title}</h2>${aside ?? ''}</div>
${content}
</section>`
}
