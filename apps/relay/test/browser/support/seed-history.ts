import type { ErrorCode, SubtotalEvent } from '@subtotal-connectors/core'
import { makeConnectionEvent, makeProfileEvent, makePurchaseEvent } from '@subtotal-connectors/testing/mocks'
import { contentHash } from '../../../src/ingest/content-hash.ts'
import { orderKey } from '../../../src/ingest/order-key.ts'
import { openSqliteStore } from '../../../src/store/sqlite/sqlite-store.ts'
import type { IncomingEvent, Store, Verdict } from '../../../src/store/store.ts'

/** What a store is to hold. */
export interface HistorySeed {
  readonly path: string
  readonly count: number
  readonly destinations: readonly string[]
  /** When the last event came; the others came in the week before. */
  readonly now: number
  /** What comes from outside. Default: {@link hostileWords}. */
  readonly words?: Words
}

/** Names of people, and what a destination says. */
export interface Words {
  readonly name: string
  readonly refusal: string
}

/** What a page must show as text. */
export const hostileName = `<img src="/x" onerror="alert('name')"><script>alert('script')</script>`

/** So many times events come, at most. */
const groups = 250
/** Words that try to be HTML. */
export const hostileWords: Words = { name: hostileName, refusal: `The destination does not take this: ${hostileName}.` }

const weekMs = 7 * 24 * 3_600_000
const latencies = [180, 900, 2_200, 400, 700, 40_000]
const retailers = ['walmart', 'target', 'kroger', 'costco']
const deadCodes: readonly ErrorCode[] = ['ERR_REJECTED', 'ERR_NO_IDENTIFIER', 'ERR_MAPPING', 'ERR_MAX_AGE']

/** Makes a store with a week behind it: most is delivered, some of it late, some died, and the last ones wait. */
export async function seedHistory({ path, count, destinations, now, words = hostileWords }: HistorySeed): Promise<void> {
  const store = await openSqliteStore(path, now)
  const groupSize = Math.ceil(count / groups)
  for (let start = 0, group = 0; start < count; group += 1) {
    const size = Math.min(Math.ceil(groupSize * (1 + Math.sin(group / 7) / 2 + ((group * 7) % 5) / 5)), count - start)
    const at = now - Math.round(weekMs * (1 - (start + size) / count) ** 2)
    const events = Array.from({ length: size }, (_, index) => toIncoming(start + index, count, at, words))
    await store.ingest({ events, destinations })
    const delayMs = latencies[group % latencies.length] ?? 0
    for (const destination of destinations) await settleAll(store, { destination, first: start, size, at, delayMs, words })
    start += size
  }
  if (count > 0) await addRecords(store, now, words)
  await store.close()
}

function toIncoming(index: number, count: number, receivedAt: number, words: Words): IncomingEvent {
  const event = index === count - 1 ? lastEvent(receivedAt, words) : seededEvent(index, receivedAt)
  return { event, orderKey: orderKey(event.id, receivedAt), contentHash: contentHash(event), receivedAt }
}

/** The event that comes as the `index`th. */
function seededEvent(index: number, at: number): SubtotalEvent {
  const person = index % 20_000
  const common = {
    id: `01KSEED${String(index).padStart(19, '0')}`,
    occurredAt: new Date(at).toISOString(),
    receivedAt: new Date(at).toISOString(),
    customer: {
      id: `customer-${person}`,
      email: `person-${person}@shoppers.example`,
      mobile: `+12025${String(person).padStart(6, '0')}`,
    },
    connection: { id: `connection-${person}`, retailer: retailers[person % retailers.length] ?? null },
  }
  if (index % 10 === 7) return makeConnectionEvent('account.connected', common)
  if (index % 10 === 9) return makeProfileEvent('profile.updated', common)
  const id = `purchase-${index}`
  return makePurchaseEvent({ ...common, idempotencyKey: `purchase.created:${id}`, purchase: { id } })
}

function lastEvent(at: number, { name }: Words): SubtotalEvent {
  return makeProfileEvent('profile.created', {
    id: '01KSEEDLAST000000000000000',
    occurredAt: new Date(at).toISOString(),
    receivedAt: new Date(at).toISOString(),
    customer: { id: name, email: 'last@shoppers.example', mobile: null },
    connection: { id: 'connection-last', retailer: name },
    profile: { first_name: name, last_name: name },
  })
}

interface Settled {
  readonly destination: string
  /** The number of the first event. */
  readonly first: number
  readonly size: number
  readonly at: number
  readonly delayMs: number
  readonly words: Words
}

async function settleAll(store: Store, { destination, first, size, at, delayMs, words }: Settled): Promise<void> {
  const settledAt = at + delayMs
  const lease = { leaseToken: 'seed', leaseUntil: settledAt + 60_000 }
  const { deliveries } = await store.claim({ destination, now: settledAt, limit: size, maxBytes: 1e12, ...lease })
  const settlements = deliveries.map(({ id }, index) => ({ deliveryId: id, verdict: verdictOf(first + index, settledAt, words) }))
  await store.settle({ leaseToken: lease.leaseToken, now: settledAt, settlements })
}

function verdictOf(index: number, at: number, { refusal }: Words): Verdict {
  const code = deadCodes[Math.floor(index / 100) % deadCodes.length] ?? 'ERR_REJECTED'
  const failure = { outcome: 'rejected', code, message: refusal, status: 400 }
  if (index % 100 === 1) return { status: 'dead', failure, code, message: failure.message }
  if (index % 200 === 2) return { status: 'skipped', reason: 'Switched off for this type of event.' }
  if (index % 250 === 0)
    return {
      status: 'retry',
      failure: { ...failure, code: 'ERR_TIMEOUT' },
      dueAt: at + 1e9,
      isUnknown: false,
      isUnreadable: false,
    }
  return { status: 'delivered' }
}

async function addRecords(store: Store, at: number, { name }: Words): Promise<void> {
  for (const [index, reason] of ['ERR_WEBHOOK_UNKNOWN_TYPE', 'ERR_WEBHOOK_INVALID'].entries()) {
    const body = new TextEncoder().encode(JSON.stringify({ type: `type-${index}`, payload: { name } }))
    await store.quarantine({
      reason,
      fields: ['payload.name'],
      body,
      bodyHash: `${index}`.repeat(64),
      signedAt: at,
      receivedAt: at,
    })
  }
  await store.audit({ at, actor: 'operator', action: 'pause', subject: 'destination braze' })
}
