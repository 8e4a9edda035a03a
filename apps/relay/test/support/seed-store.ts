import { join } from 'node:path'
import type { SubtotalEvent } from '@subtotal-connectors/core'
import { makePurchaseEvent } from '@subtotal-connectors/testing/mocks'
import type { DeliveryStatus } from '../../src/store/records.ts'
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { incoming, receivedAt } from './incoming.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** What a store is to hold. */
export interface Seed {
  readonly count: number
  readonly destinations: readonly string[]
  readonly status: Exclude<DeliveryStatus, 'skipped'>
}

/** The purchase that a seeded store holds as its `index`th event. */
export function seededEvent(index: number): SubtotalEvent {
  const id = `purchase-${index}`
  return makePurchaseEvent({ id: `event-${index}`, idempotencyKey: `purchase.created:${id}`, purchase: { id } })
}

/** Makes a store with so many purchases whose deliveries are in one state; resolves to its URL. */
export async function seedStore({ count, destinations, status }: Seed): Promise<string> {
  const path = join(temporaryFolder(), 'relay.db')
  const store = await openSqliteStore(path, receivedAt)
  const events = Array.from({ length: count }, (_, index) => incoming(seededEvent(index)))
  await store.ingest({ events, destinations })
  const failure = { outcome: 'rejected', code: 'ERR_REJECTED', message: 'No such field.', status: 400 } as const
  const verdict =
    status === 'dead'
      ? ({ status, failure, code: failure.code, message: failure.message } as const)
      : { status: 'delivered' as const }
  for (const destination of status === 'pending' ? [] : destinations) {
    const leaseUntil = receivedAt + 60_000
    const claim = { destination, now: receivedAt, limit: count, maxBytes: 1e12, leaseUntil, leaseToken: 'seed' }
    const { deliveries } = await store.claim(claim)
    const settlements = deliveries.map(({ id }) => ({ deliveryId: id, verdict }))
    await store.settle({ leaseToken: 'seed', now: receivedAt, settlements })
  }
  await store.close()
  return `sqlite:${path}`
}
