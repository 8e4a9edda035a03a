import pg from 'pg'
import { expect, test } from 'vitest'
import { systemClock } from '../src/clock/clock.ts'
import { openPostgresStore } from '../src/store/postgres/postgres-store.ts'
import { destinations, event } from './store-suite/suite-harness.ts'
import { incoming } from './support/incoming.ts'
import { sharedStores } from './support/shared-stores.ts'

const stores = sharedStores()
const braze = 'braze'

test('what is due for long is found by the next look at everything, what is due lately at once, while looks are slow', async () => {
  let elapsed = 0
  let slowMs = 100
  const clock = {
    ...systemClock,
    elapsed() {
      elapsed += slowMs
      return elapsed
    },
  }
  const store = await openPostgresStore(stores.url, clock, { listenUrl: null })
  const client = new pg.Client({ connectionString: stores.url })
  await client.connect()
  const due = async (): Promise<boolean> => ((await store.nextDueAt(braze, Date.now())) ?? Number.POSITIVE_INFINITY) <= Date.now()
  const claim = async (): Promise<readonly string[]> => {
    const now = Date.now()
    const request = { destination: braze, now, limit: 10, maxBytes: 1e9, leaseUntil: now + 60_000, leaseToken: 'mine' }
    return (await store.claim(request)).deliveries.map((one) => one.event.id)
  }
  expect(await claim()).toEqual([])
  slowMs = 0
  await store.ingest({ events: [{ ...incoming(event('old')), receivedAt: Date.now() }], destinations })
  await client.query('UPDATE relay.deliveries SET due_at = due_at - 3600000')
  await store.ingest({ events: [{ ...incoming(event('new')), receivedAt: Date.now() }], destinations })
  expect(await due()).toBe(true)
  expect(await claim()).toEqual(['new'])
  expect(await due()).toBe(false)
  expect(await claim()).toEqual([])
  elapsed += 10_000
  expect(await due()).toBe(true)
  expect(await claim()).toEqual(['old'])
  await client.end()
  await store.close()
})
