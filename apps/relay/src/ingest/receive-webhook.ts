import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { verifyWebhook, WebhookParseError, WebhookVerificationError } from '@subtotal-connectors/core'
import type { Clock } from '../clock/clock.ts'
import type { RelayEvents } from '../observability/relay-events.ts'
import type { Store } from '../store/store.ts'
import type { GroupCommit } from './group-commit.ts'
import { understandWebhook } from './understand-webhook.ts'
import { isUsableId } from './usable-id.ts'

/** What a webhook is answered with. */
export type ReceivedWebhook =
  | { readonly result: 'stored' | 'duplicate'; readonly id: string; readonly eventType: string }
  | { readonly result: 'quarantined' | 'ignored'; readonly id: string | null }
  | { readonly result: 'unauthorized' }

/** What receiving works with. */
export interface ReceiveOptions {
  readonly secrets: readonly string[]
  readonly toleranceMs: number
  readonly store: Store
  readonly commit: GroupCommit
  readonly events: RelayEvents
  readonly clock: Clock
}

/**
 * Verifies, understands and stores one webhook. Resolves when what it promises is on stable storage; rejects when it could not be
 * stored. Whatever has a right signature is kept.
 */
export function createReceiver(
  options: ReceiveOptions,
): (body: Uint8Array, headers: IncomingHttpHeaders) => Promise<ReceivedWebhook> {
  const { secrets, toleranceMs, store, commit, events, clock } = options

  function verify(body: Uint8Array, headers: IncomingHttpHeaders, now: number): Date | undefined {
    try {
      const { timestamp, secretIndex } = verifyWebhook({ body, headers, secrets, toleranceMs, now: new Date(now) })
      events.emit('webhook:verified', { secretIndex })
      return timestamp
    } catch (error) {
      if (!(error instanceof WebhookVerificationError)) throw error
      events.emit('webhook:refused', { code: error.code })
      return undefined
    }
  }

  async function keep(body: Uint8Array, error: WebhookParseError, signedAt: Date, receivedAt: number): Promise<ReceivedWebhook> {
    const { code: reason, fields } = error
    const bodyHash = createHash('sha256').update(body).digest('hex')
    const outcome = await store.quarantine({ reason, fields, body, bodyHash, signedAt: signedAt.getTime(), receivedAt })
    if (outcome === null) return { result: 'ignored', id: null }
    const { id, isFirstOfReason } = outcome
    events.emit('webhook:quarantined', { id, reason, fields, isFirstOfReason })
    return { result: 'quarantined', id }
  }

  return async (body, headers) => {
    const now = clock.now()
    const signedAt = verify(body, headers, now)
    if (signedAt === undefined) return { result: 'unauthorized' }
    try {
      const event = understandWebhook(body, { receivedAt: now, signedAt: signedAt.getTime() })
      if (event === null) return { result: 'ignored', id: idOf(body) }
      const outcome = await commit.add(event)
      if (outcome.isNewVersion) events.emit('webhook:changed', { eventId: outcome.eventId })
      const { result, eventId: id, eventType } = outcome
      return result === 'ignored' ? { result, id } : { result, id, eventType }
    } catch (error) {
      if (error instanceof WebhookParseError) return keep(body, error, signedAt, now)
      throw error
    }
  }
}

function idOf(body: Uint8Array): string | null {
  try {
    const webhook: unknown = JSON.parse(new TextDecoder().decode(body))
    return typeof webhook === 'object' &&
      webhook !== null &&
      'id' in webhook &&
      typeof webhook.id === 'string' &&
      isUsableId(webhook.id)
      ? webhook.id
      : null
  } catch {
    return null
  }
}
