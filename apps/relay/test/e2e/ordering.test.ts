import { join } from 'node:path'
import type { SubtotalEvent } from '@subtotal-connectors/core'
import { makeConnectionEvent, makeProfileEvent } from '@subtotal-connectors/testing/mocks'
import { expect, test, vi } from 'vitest'
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { incoming, receivedAt } from '../support/incoming.ts'
import { failing } from '../support/lane-harness.ts'
import { scriptedConnector } from '../support/scripted-connector.ts'
import { startRelay } from '../support/start-relay.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

/** A store with these events, the first the oldest; `areDelivered`: nothing of them waits. */
async function storeWith(events: readonly SubtotalEvent[], areDelivered = false): Promise<string> {
  const path = join(temporaryFolder(), 'relay.db')
  const store = await openSqliteStore(path, receivedAt)
  await store.ingest({ events: events.map((event, index) => incoming(event, receivedAt + index)), destinations: ['one'] })
  if (areDelivered) {
    const lease = { leaseToken: 'seed', leaseUntil: receivedAt + 60_000 }
    const { deliveries } = await store.claim({ destination: 'one', now: receivedAt, limit: 100, maxBytes: 1e9, ...lease })
    const settlements = deliveries.map(({ id }) => ({ deliveryId: id, verdict: { status: 'delivered' } as const }))
    await store.settle({ leaseToken: 'seed', now: receivedAt, settlements })
  }
  await store.close()
  return `sqlite:${path}`
}

test('the events of a customer keep their order where that is set, and go on when an operator ends the first', async () => {
  const events = ['a', 'b'].map((id) =>
    makeConnectionEvent('account.connected', { id, customer: { id: 'robin', email: null, mobile: null } }),
  )
  const one = scriptedConnector()
  one.answer(({ id }) => (id === 'a' ? failing('ERR_TIMEOUT') : { status: 'delivered' }))
  const lanes = { one: { ordering: 'customer', retry: { schedule: [3_600_000] } } } as const
  const relay = await startRelay({ store: await storeWith(events), destinations: { one }, lanes })
  const read = async () => (await relay.get('/api/v1/deliveries')).json['items']
  const waiting = { eventId: 'b', status: 'pending', dueAt: null, reason: 'waits for an earlier event of the same customer: a' }
  const first = { eventId: 'a', status: 'pending', error: { code: 'ERR_TIMEOUT' } }
  await vi.waitFor(async () => expect(await read()).toMatchObject([waiting, first]), 10_000)
  await relay.write('/api/v1/deliveries/1/dead')
  await relay.settled(1)
  expect(await read()).toMatchObject([{ eventId: 'b', status: 'delivered' }, { status: 'dead' }])
  expect(one.calls).toEqual([['a'], ['b']])
})

test('an older profile that was delivered is not sent again: the dry run says so, and it is skipped', async () => {
  const events = ['old', 'new'].map((id) => makeProfileEvent('profile.updated', { id }))
  const one = scriptedConnector()
  const relay = await startRelay({ store: await storeWith(events, true), destinations: { one } })
  const body = { deliveries: { status: 'delivered' } }
  expect((await relay.write('/api/v1/replays', body)).json).toMatchObject({ replayed: 2, willIgnore: 1, superseded: 1 })
  await relay.write('/api/v1/replays', { ...body, dryRun: false })
  await relay.settled(2)
  expect(one.calls).toEqual([['new']])
  expect((await relay.get('/api/v1/deliveries?status=skipped')).json['items']).toMatchObject([
    { eventId: 'old', reason: 'superseded' },
  ])
  expect((await relay.get('/metrics')).text).toContain(
    'relay_delivery_attempts_total{destination="one",class="skipped",code=""} 1',
  )
})
