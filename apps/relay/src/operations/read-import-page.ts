import type { PurchaseConnection } from '@subtotal-connectors/core'
import { createLimit, toPurchaseEvent } from '@subtotal-connectors/core'
import type { PurchasePage, PurchaseSummary, SubtotalApi } from '@subtotal-connectors/subtotal-api'
import { contentHash } from '../ingest/content-hash.ts'
import { orderKeyAt } from '../ingest/order-key.ts'
import { isUsableId, unusableIds } from '../ingest/usable-id.ts'
import type { ImportPage, ImportPart, ImportRefusal, ImportsStore } from '../store/imports-store.ts'
import type { IncomingEvent } from '../store/store.ts'
import type { ImportFailure } from './import-failure.ts'
import { classifyImportFailure } from './import-failure.ts'
import { isInPeriod, isPastPeriod } from './import-period.ts'

/** A connection as Subtotal described it, and when. */
export interface ReadConnection extends PurchaseConnection {
  /** Milliseconds since 1970. */
  readonly readAt: number
}

/** What reading a page works with. */
export interface ReadImportPageOptions {
  readonly part: ImportPart
  readonly connection: ReadConnection
  readonly api: Pick<SubtotalApi, 'purchases'>
  readonly store: Pick<ImportsStore, 'knownEvents'>
  readonly now: () => number
  readonly signal: AbortSignal
  /** Subtotal answered as it should. */
  readonly onAnswer: () => void
  /** Whether a purchase whose failure would pass is refused instead. */
  readonly givesUp: () => boolean
}

/** What was read of a page, without where it goes. */
export type ReadPage = Pick<ImportPage, 'cursor' | 'isLast' | 'events' | 'known' | 'found' | 'refusals'>

/** A page that could not be read whole, and why. */
export class ImportPageError extends Error {
  override readonly name: string = 'ImportPageError'
  readonly failure: ImportFailure

  constructor(failure: ImportFailure) {
    super(failure.kind)
    this.failure = failure
  }
}

const pageSize = 50
/** Purchases asked for at once; others who use the client get in between. */
const concurrency = 4

/**
 * Reads the next page of a connection's purchases, and each purchase of it that the store does not know. Rejects with an
 * {@link ImportPageError} when something fails that concerns more than one purchase.
 */
export async function readImportPage(options: ReadImportPageOptions): Promise<ReadPage> {
  const { part, api, store, signal } = options
  const page = await api.purchases.list(part.subject, {
    limit: pageSize,
    signal,
    ...(part.cursor === null ? {} : { startingAfter: part.cursor }),
  })
  options.onAnswer()
  const wanted = page.purchases.filter((purchase) => isInPeriod(purchase, part.settings))
  const known = new Set(await store.knownEvents(wanted.map(({ id }) => keyOf(id))))
  const unknown = wanted.filter(({ id }) => !known.has(keyOf(id)))
  const fetched = part.settings.isDryRun ? [] : await fetchAll(unknown, options)
  const { cursor, isLast, refusals } = nextPlace(page, part)
  return {
    cursor,
    isLast,
    known: wanted.length - unknown.length,
    found: part.settings.isDryRun ? unknown.length : 0,
    events: fetched.flatMap((one) => ('event' in one ? one : [])),
    refusals: [...refusals, ...fetched.flatMap((one) => ('event' in one ? [] : one))],
  }
}

function keyOf(purchaseId: string): string {
  return `purchase.created:${purchaseId}`
}

function nextPlace(page: PurchasePage, part: ImportPart): Pick<ReadPage, 'cursor' | 'isLast' | 'refusals'> {
  const last = page.purchases.at(-1)?.id ?? part.cursor
  if (!page.hasMore || isPastPeriod(page.purchases, part.settings)) return { cursor: last, isLast: true, refusals: [] }
  if (last !== part.cursor) return { cursor: last, isLast: false, refusals: [] }
  const message = 'Subtotal says that there are more purchases and does not list them.'
  const refusal = { connectionId: part.subject, purchaseId: null, code: 'ERR_SUBTOTAL_UNREADABLE', message }
  return { cursor: last, isLast: true, refusals: [refusal] }
}

async function fetchAll(
  purchases: readonly PurchaseSummary[],
  options: ReadImportPageOptions,
): Promise<readonly (IncomingEvent | ImportRefusal)[]> {
  const limit = createLimit(concurrency)
  const others = new AbortController()
  const signal = AbortSignal.any([options.signal, others.signal])
  return Promise.all(
    purchases.map((purchase) =>
      limit(async () => {
        try {
          return await fetchOne(purchase.id, options, signal)
        } catch (error) {
          others.abort()
          throw error
        }
      }),
    ),
  )
}

async function fetchOne(
  purchaseId: string,
  options: ReadImportPageOptions,
  signal: AbortSignal,
): Promise<IncomingEvent | ImportRefusal> {
  const { part, connection, api, givesUp } = options
  const refuse = (code: string, message: string): ImportRefusal => ({ connectionId: part.subject, purchaseId, code, message })
  if (!isUsableId(purchaseId)) return refuse('ERR_SUBTOTAL_UNREADABLE', 'The id of the purchase cannot be used.')
  try {
    const purchase = await api.purchases.get(purchaseId, { connectionId: part.subject, signal })
    options.onAnswer()
    if (purchase.id !== purchaseId) return refuse('ERR_SUBTOTAL_UNREADABLE', 'Subtotal answered with another purchase.')
    const receivedAt = options.now()
    const event = toPurchaseEvent(purchase, connection, {
      receivedAt: new Date(receivedAt),
      ...(part.settings.isMissed ? {} : { isHistorical: true }),
    })
    if (unusableIds(event).length > 0)
      return refuse('ERR_SUBTOTAL_UNREADABLE', 'The purchase or its connection has ids that cannot be used.')
    return { event, orderKey: orderKeyAt(connection.readAt, event.id), contentHash: contentHash(event), receivedAt }
  } catch (error) {
    const failure = classifyImportFailure(error)
    if (failure.kind === 'refused') return refuse(failure.code, failure.message)
    if (failure.kind === 'passing' && givesUp()) return refuse(failure.code, 'Subtotal fails for this purchase again and again.')
    throw new ImportPageError(failure)
  }
}
