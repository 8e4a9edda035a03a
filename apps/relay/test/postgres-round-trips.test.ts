import { describe, expect, test } from 'vitest'
import { destinations, event, later, purchase, usualClaim } from './store-suite/suite-harness.ts'
import { incoming } from './support/incoming.ts'
import { countRoundTrips } from './support/round-trips.ts'
import { sharedStores } from './support/shared-stores.ts'

const stores = sharedStores()
const ids = Array.from({ length: 50 }, (_, index) => `${index}`)
const group = ids.flatMap((id) => [event(`account-${id}`), purchase(`purchase-${id}`, id)]).map((one) => incoming(one))
const store = () => stores.one.ingest({ events: group, destinations })
const claim = () => stores.one.claim(usualClaim)

describe('round trips to PostgreSQL, however much is done at once', () => {
  test('a group is stored in two: what is known of it is read under its locks, then it is written and committed', async () => {
    expect(await countRoundTrips(store)).toBe(2)
  })

  test('a group that came before is known in two', async () => {
    await store()
    expect(await countRoundTrips(store)).toBe(2)
  })

  test('deliveries are claimed in two, and settled in two', async () => {
    await store()
    const { deliveries } = await claim()
    expect(deliveries).toHaveLength(100)
    const settlements = deliveries.map(({ id }) => ({ deliveryId: id, verdict: { status: 'delivered' } as const }))
    expect(await countRoundTrips(() => stores.one.settle({ leaseToken: 'mine', now: later, settlements }))).toBe(2)
    await stores.one.ingest({ events: ids.map((id) => incoming(purchase(`more-${id}`, `more-${id}`))), destinations })
    expect(await countRoundTrips(claim)).toBe(2)
  })
})
