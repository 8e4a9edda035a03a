import { WebhookParseError } from '@subtotal-connectors/core'
import { understandWebhook } from '../ingest/understand-webhook.ts'
import type { OperationsStore, QuarantinedWebhook } from '../store/operations-store.ts'
import type { Page, PageRequest, QuarantineRecord } from '../store/records.ts'
import type { IncomingEvent } from '../store/store.ts'

/** What became of a quarantined webhook. `quarantined`: it is still not understood, and stays. */
export type ProcessedWebhook =
  | { readonly id: string; readonly result: 'stored' | 'duplicate'; readonly eventId: string }
  | { readonly id: string; readonly result: 'ignored' }
  | { readonly id: string; readonly result: 'quarantined'; readonly reason: string; readonly fields: readonly string[] }

/** What processing works with. */
export interface ProcessQuarantineOptions {
  readonly store: Pick<OperationsStore, 'findQuarantined' | 'releaseQuarantined'> & {
    listQuarantine(page: PageRequest): Promise<Page<QuarantineRecord>>
  }
  readonly destinations: readonly string[]
  readonly now: () => number
}

/** How many webhooks had each result, and where to go on; `null` after the last. */
export interface ProcessedPage {
  readonly counts: Readonly<Record<ProcessedWebhook['result'], number>>
  readonly nextCursor: number | null
}

const pageSize = 20

/**
 * Tries with this version to understand a quarantined webhook, as received and signed when it was. `undefined`: there is none with
 * this id.
 */
export async function processQuarantined(id: string, options: ProcessQuarantineOptions): Promise<ProcessedWebhook | undefined> {
  const { store, destinations, now } = options
  const webhook = await store.findQuarantined(id)
  if (webhook === undefined) return undefined
  const understood = understand(webhook)
  if (understood instanceof WebhookParseError) {
    return { id, result: 'quarantined', reason: understood.code, fields: understood.fields }
  }
  const released = await store.releaseQuarantined({ id, event: understood, destinations, now: now() })
  if (released.result === 'missing') return undefined
  return 'eventId' in released ? { id, ...released } : { id, result: 'ignored' }
}

/** Tries up to `limit` of them, the newest first, with turns of the event loop for others in between. */
export async function processManyQuarantined(request: PageRequest, options: ProcessQuarantineOptions): Promise<ProcessedPage> {
  const counts = { stored: 0, duplicate: 0, ignored: 0, quarantined: 0 }
  let cursor: number | null = request.cursor ?? Number.MAX_SAFE_INTEGER
  for (let left = request.limit; left > 0 && cursor !== null; left -= pageSize) {
    const page: Page<QuarantineRecord> = await options.store.listQuarantine({ limit: Math.min(left, pageSize), cursor })
    for (const { id } of page.items) {
      const processed = await processQuarantined(id, options)
      if (processed !== undefined) counts[processed.result] += 1
    }
    cursor = page.nextCursor
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { counts, nextCursor: cursor }
}

function understand(webhook: QuarantinedWebhook): IncomingEvent | null | WebhookParseError {
  try {
    return understandWebhook(webhook.rawBody, webhook)
  } catch (error) {
    if (error instanceof WebhookParseError) return error
    throw error
  }
}
