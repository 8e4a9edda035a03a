import { html } from 'hono/html'
import type { HttpError } from '../http/http-error.ts'
import type { Page } from './layout.ts'

const titles: Partial<Record<HttpError['code'], string>> = {
  ERR_NOT_FOUND: 'Not found',
  ERR_FORBIDDEN: 'Not allowed',
  ERR_CONFLICT: 'Not possible now',
  ERR_INTERNAL: 'Something failed',
  ERR_STORE_UNAVAILABLE: 'The store does not answer',
}

/** What is shown instead of a page that was refused. */
export function errorPage({ code, message }: HttpError): Page {
  return {
    title: titles[code] ?? 'Not understood',
    content: html`<p role="alert">${message}</p>
<p class="hint">Code <code>${code}</code>. <a href="/console">Back to the overview</a></p>`,
  }
}
