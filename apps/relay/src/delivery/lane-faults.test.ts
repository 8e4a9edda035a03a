import type { DeliveryResult } from '@subtotal-connectors/core'
import { describe, expect, test } from 'vitest'
import { receivedAt } from '../../test/support/incoming.ts'
import { failing, startLane } from '../../test/support/lane-harness.ts'

const secondMs = 1_000
const minuteMs = 60 * secondMs
const hourMs = 60 * minuteMs

/** What no compiler would let a connector return. */
function broken(json: string): readonly DeliveryResult[] {
  return JSON.parse(json)
}

describe('faults', () => {
  test.each([
    ['throws', () => Promise.reject(new RangeError('robin.ashdown@shoppers.example'))],
    ['gives too few results', async () => []],
    ['gives a result nobody knows', async () => broken('[{"status":"fine"}]')],
    ['gives a failure without an error', async () => broken('[{"status":"retry","reason":"timeout"}]')],
    ['gives a reason nobody knows', async () => broken('[{"status":"retry","reason":"tired","error":{"message":"robin"}}]')],
    ['gives nothing', async () => broken('null')],
  ])('a connector that %s loses nothing', async (_name, deliver) => {
    const { clock, connector, put, delivery, attempts } = await startLane()
    const well = connector.deliver
    connector.deliver = deliver
    await put('a')
    await clock.advance(secondMs)
    expect(attempts).toMatchObject([{ status: 'retry', code: 'ERR_UNACCOUNTED', isUnknown: true }])
    expect(JSON.stringify(attempts)).not.toContain('robin')
    connector.deliver = well
    await clock.advance(10 * secondMs)
    expect(await delivery('a')).toMatchObject({ status: 'delivered', attempts: 2 })
  })

  test('what the destination said is recorded when the store comes back', async () => {
    const { clock, store, connector, put, delivery } = await startLane()
    const settle = store.settle
    store.settle = () => Promise.reject(new Error('disk full'))
    await put('a')
    await clock.advance(3 * minuteMs)
    store.settle = settle
    await clock.advance(2 * secondMs)
    expect(connector.calls).toHaveLength(1)
    expect(await delivery('a')).toMatchObject({ status: 'delivered' })
  })

  test('nothing is claimed while results wait to be recorded: their leases may have ended', async () => {
    const { clock, store, connector, put, delivery } = await startLane({ batchSize: 1 })
    const { settle, renew } = store
    store.settle = () => Promise.reject(new Error('disk full'))
    store.renew = () => Promise.reject(new Error('disk full'))
    await put('a')
    await clock.advance(3 * minuteMs)
    await put('b')
    await clock.advance(minuteMs)
    expect(connector.calls).toEqual([['a']])
    Object.assign(store, { settle, renew })
    await clock.advance(5 * secondMs)
    expect(connector.calls).toEqual([['a'], ['b']])
    expect(await delivery('a')).toMatchObject({ status: 'delivered', attempts: 1 })
    expect(await delivery('b')).toMatchObject({ status: 'delivered' })
  })

  test.each([5 * minuteMs, -5 * minuteMs])('a clock that jumps by %s ms sends nothing twice that is in flight', async (jump) => {
    const { clock, connector, events, put, delivery } = await startLane({ batchSize: 1 })
    let stale = 0
    events.on('settle:stale', ({ count }) => {
      stale += count
    })
    connector.hold()
    await put('a')
    await clock.advance(secondMs)
    clock.jump(jump)
    await put('b')
    await clock.advance(secondMs)
    connector.release()
    await clock.advance(6 * minuteMs)
    expect(connector.calls).toEqual([['a'], ['b']])
    expect(await delivery('a')).toMatchObject({ status: 'delivered', attempts: 1 })
    expect(stale).toBe(0)
  })

  test('a lane goes on when the store comes back', async () => {
    const { clock, store, put, delivery } = await startLane()
    const claim = store.claim
    store.claim = () => Promise.reject(new Error('disk gone'))
    await put('a')
    await clock.advance(10 * secondMs)
    store.claim = claim
    await clock.advance(2 * secondMs)
    expect(await delivery('a')).toMatchObject({ status: 'delivered' })
  })
})

describe('stopping', () => {
  test('what is in flight is settled, and nothing new is claimed', async () => {
    const { clock, connector, lane, put, delivery } = await startLane({ batchSize: 1, concurrency: 1 })
    connector.hold()
    await put('a', 'b')
    await clock.advance(secondMs)
    const stopped = lane.stop(new AbortController().signal)
    connector.release()
    await stopped
    await clock.advance(hourMs)
    expect(connector.calls).toEqual([['a']])
    expect(await delivery('a')).toMatchObject({ status: 'delivered' })
    expect(await delivery('b')).toMatchObject({ status: 'pending', attempts: 0 })
    expect(clock.timers).toBe(0)
  })

  test('an aborted call gives its unsent events back at once, unspent', async () => {
    const { clock, connector, lane, put, delivery } = await startLane()
    connector.hold()
    connector.answer(() => failing('ERR_ABORTED', { reason: 'network' }))
    await put('a')
    await clock.advance(secondMs)
    const abort = new AbortController()
    const stopped = lane.stop(abort.signal)
    abort.abort()
    await stopped
    expect(await delivery('a')).toMatchObject({ status: 'pending', attempts: 0, dueAt: receivedAt })
  })
})
