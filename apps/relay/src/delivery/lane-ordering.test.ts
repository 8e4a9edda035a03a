import type { SubtotalEvent } from '@subtotal-connectors/core'
import { makeConnectionEvent, makeProfileEvent } from '@subtotal-connectors/testing/mocks'
import { describe, expect, test } from 'vitest'
import { incoming, receivedAt } from '../../test/support/incoming.ts'
import type { LaneHarness } from '../../test/support/lane-harness.ts'
import { failing, rejected, startLane } from '../../test/support/lane-harness.ts'

const secondMs = 1_000
const hourMs = 3_600_000

/** `a1` is of the customer `a`, and happened before `a2`. */
function event(id: string): SubtotalEvent {
  const customer = { id: id.slice(0, 1), email: null, mobile: null }
  return makeConnectionEvent('account.connected', { id, customer, connection: { id: `of-${customer.id}` } })
}

async function put({ store, lane }: LaneHarness, ...ids: readonly string[]): Promise<void> {
  await store.ingest({ events: ids.map((id) => incoming(event(id))), destinations: ['one'] })
  lane.notify(ids.length)
}

describe('a lane with the order of customers', () => {
  test('sends one event of a customer at a time, and the next one as soon as it is settled', async () => {
    const harness = await startLane({ ordering: 'customer' })
    await put(harness, 'a3', 'a1', 'b1', 'a2', 'b2')
    await harness.clock.advance(secondMs)
    expect(harness.connector.calls).toEqual([['a1', 'b1'], ['a2', 'b2'], ['a3']])
  })

  test('keeps a customer waiting for a retry, and nobody else', async () => {
    const harness = await startLane({ ordering: 'customer', retry: { schedule: [10 * secondMs] } })
    harness.connector.answer(({ id }) => (id === 'a1' ? failing('ERR_TIMEOUT') : { status: 'delivered' }))
    await put(harness, 'a1', 'a2', 'b1', 'b2')
    await harness.clock.advance(secondMs)
    expect(harness.connector.calls).toEqual([['a1', 'b1'], ['b2']])
    expect(await harness.delivery('a2')).toMatchObject({ dueAt: null, reason: expect.stringMatching(/earlier event.*: a1$/) })
    harness.connector.answer(() => ({ status: 'delivered' }))
    await harness.clock.advance(10 * secondMs)
    expect(harness.connector.calls.slice(2)).toEqual([['a1'], ['a2']])
  })

  test('goes on after a dead letter', async () => {
    const harness = await startLane({ ordering: 'customer' })
    harness.connector.answer(({ id }) => (id === 'a1' ? rejected() : { status: 'delivered' }))
    await put(harness, 'a1', 'a2')
    await harness.clock.advance(secondMs)
    expect(harness.connector.calls).toEqual([['a1'], ['a2']])
  })

  test('is woken when an operator ends what the others wait for, and looks by itself within a minute', async () => {
    const harness = await startLane({ ordering: 'customer', retry: { schedule: [hourMs] } })
    const { clock, connector, lane, store, delivery } = harness
    connector.answer(({ id }) => (id.endsWith('1') ? failing('ERR_TIMEOUT') : { status: 'delivered' }))
    const end = async (id: string) => {
      const audit = { at: clock.now(), actor: 'operator', action: 'dead', subject: 'delivery' }
      await store.markDead({ deliveryId: (await delivery(id))?.id ?? '', message: 'No.', audit })
    }
    await put(harness, 'a1', 'a2', 'b1', 'b2')
    await clock.advance(secondMs)
    await end('a1')
    lane.notify(0)
    await clock.advance(secondMs)
    expect(connector.calls).toEqual([['a1', 'b1'], ['a2']])
    // As when all that is left waits for what is not due at a known time.
    Object.assign(store, { nextDueAt: () => Promise.resolve(null) })
    lane.notify(0)
    await clock.advance(secondMs)
    await end('b1')
    await clock.advance(60 * secondMs)
    expect(connector.calls.slice(2)).toEqual([['b2']])
  })

  test('finds the first of many without a wait', async () => {
    const harness = await startLane({ ordering: 'customer', batchSize: 1 })
    const ids = Array.from({ length: 40 }, (_, index) => `a${10 + index}`)
    await put(harness, ...ids.toReversed())
    await harness.clock.advance(500)
    expect(harness.connector.calls[0]).toEqual(['a10'])
  })

  test('puts in order what a pause kept waiting', async () => {
    const harness = await startLane({ ordering: 'customer', batchSize: 3 })
    await harness.lane.pause('wait')
    await put(harness, 'a4', 'a3', 'a2')
    await harness.clock.advance(hourMs)
    await put(harness, 'a1')
    await harness.lane.resume()
    await harness.clock.advance(secondMs)
    expect(harness.connector.calls).toEqual([['a1'], ['a2'], ['a3'], ['a4']])
  })

  test('probes a destination that is down with what is due', async () => {
    const harness = await startLane({ ordering: 'customer', concurrency: 1, batchSize: 1 })
    harness.connector.answer(() => failing('ERR_UNAVAILABLE'))
    await put(harness, ...['a', 'b', 'c', 'd', 'e', 'f'].flatMap((customer) => [`${customer}2`, `${customer}1`]))
    await harness.clock.advance(10 * secondMs)
    expect(harness.lane.status().state).toBe('backing_off')
    harness.connector.answer(() => ({ status: 'delivered' }))
    await harness.clock.advance(hourMs)
    expect((await harness.store.stats()).destinations[0]?.counts).toMatchObject({ delivered: 12, pending: 0 })
  })
})

test('without it, a customer waits for nothing', async () => {
  const harness = await startLane()
  await put(harness, 'a2', 'a1')
  await harness.clock.advance(secondMs)
  expect(harness.connector.calls).toEqual([['a2', 'a1']])
})

test('an older profile is told as skipped, and what else is due goes on', async () => {
  const { clock, connector, store, lane, attempts, delivery } = await startLane({ batchSize: 2 })
  const profile = (id: string, happenedAt: number) =>
    incoming(makeProfileEvent('profile.updated', { id, connection: { id: 'c1' } }), happenedAt)
  await store.ingest({ events: [profile('new', receivedAt)], destinations: ['one'] })
  lane.notify(1)
  await clock.advance(secondMs)
  await store.ingest({
    events: [profile('old', receivedAt - 1), profile('older', receivedAt - 2), incoming(event('a1'))],
    destinations: ['one'],
  })
  lane.notify(3)
  await clock.advance(secondMs)
  expect(connector.calls).toEqual([['new'], ['a1']])
  expect(await delivery('old')).toMatchObject({ status: 'skipped', reason: 'superseded', attempts: 0 })
  expect(attempts.filter(({ eventId }) => eventId.startsWith('old'))).toMatchObject([
    { eventId: 'old', status: 'skipped', outcome: 'skipped', code: null },
    { eventId: 'older', status: 'skipped' },
  ])
})
