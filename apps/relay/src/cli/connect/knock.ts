import { randomBytes } from 'node:crypto'
import { signWebhook } from '@subtotal-connectors/core'
import { createWebhookPoster } from '../post-webhook.ts'

/** What became of a signed webhook that needs no delivery. */
export type Knock =
  | { readonly kind: 'known' }
  /** A relay that does not know the secret. */
  | { readonly kind: 'unknown_secret' }
  /** Something answers, and it is no relay. */
  | { readonly kind: 'other'; readonly status: number }
  | { readonly kind: 'unreachable'; readonly reason: string }

/** Posts a signed `connection.initialized`, which a relay takes and stores nothing of, to see who is there. */
export async function knock(url: string, secret: string): Promise<Knock> {
  const poster = createWebhookPoster(url)
  try {
    const id = `connect-${randomBytes(8).toString('hex')}`
    const body = JSON.stringify({ type: 'connection.initialized', id, payload: {} })
    const answer = await poster.post({ body, headers: signWebhook({ body, secret }) })
    if (answer.kind === 'unanswered') return { kind: 'unreachable', reason: answer.reason }
    if (answer.status === 202 && answer.result === 'ignored') return { kind: 'known' }
    return answer.status === 401 ? { kind: 'unknown_secret' } : { kind: 'other', status: answer.status }
  } finally {
    poster.close()
  }
}
