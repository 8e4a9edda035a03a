import { html } from 'hono/html'
import type { Html } from '../html.ts'

/** Where a list goes on, and where it begins. */
export interface Pager {
  /** `null` on the first page. */
  readonly newestHref: string | null
  /** `null` on the last page. */
  readonly olderHref: string | null
}

/** The ways to other pages of a list, newest first. Nothing where there is one page. */
export function pager({ newestHref, olderHref }: Pager): Html | string {
  if (newestHref === null && olderHref === null) return ''
  return html`<nav class="pager" aria-label="Pages of the list">
${newestHref === null ? '' : html`<a href="${newestHref}">Newest</a>`}
${olderHref === null ? '' : html`<a href="${olderHref}" rel="next">Older</a>`}
</nav>`
}
