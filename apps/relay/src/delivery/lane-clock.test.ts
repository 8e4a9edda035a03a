import { describe, expect, test } from 'vitest'
import { receivedAt } from '../../test/support/incoming.ts'
import { blocked, failing, ids, startLane } from '../../test/support/lane-harness.ts'

const secondMs = 1_000
const minuteMs = 60 * secondMs
const hourMs = 60 * minuteMs
const jumps = [hourMs, -hourMs, -10 * minuteMs]

describe.each(jumps)('a clock that is corrected by %i ms', (jump) => {
  test('delays no delivery that waits', async () => {
    const { clock, connector, put, delivery } = await startLane({ batchSize: 1, concurrency: 1 })
    connector.hold()
    await put('a', 'b')
    await clock.advance(secondMs)
    clock.jump(jump)
    connector.release()
    await clock.advance(secondMs)
    expect(await delivery('b')).toMatchObject({ status: 'delivered', settledAt: receivedAt + secondMs + jump })
  })

  test('delays no retry, and brings at most one attempt of each delivery forward', async () => {
    const { clock, connector, put, store } = await startLane({ batchSize: 10 })
    const all = ids(30)
    connector.answer((event) => (event.id === 'well' ? { status: 'delivered' } : failing('ERR_UNAVAILABLE')))
    await put('well', ...all)
    await clock.advance(3 * secondMs)
    const before = connector.calls.length
    clock.jump(jump)
    await clock.advance(30 * minuteMs)
    expect(connector.calls.length - before).toBeLessThan(25)
    connector.answer(() => ({ status: 'delivered' }))
    await clock.advance(6 * minuteMs)
    expect((await store.stats()).destinations[0]?.counts).toMatchObject({ delivered: 31, pending: 0 })
  })

  test('ends no lease early: nothing in flight is sent twice', async () => {
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
    await clock.advance(5 * minuteMs)
    connector.release()
    await clock.advance(secondMs)
    expect(connector.calls).toEqual([['a'], ['b']])
    expect(await delivery('a')).toMatchObject({ status: 'delivered', attempts: 1 })
    expect(stale).toBe(0)
  })

  test('does not shorten the time that a destination asked for, nor lengthen it', async () => {
    const { clock, connector, lane, put } = await startLane()
    connector.answer(() => failing('ERR_RATE_LIMITED', { reason: 'rate_limited', retryAfterMs: 30 * minuteMs }))
    await put('a')
    await clock.advance(secondMs)
    clock.jump(jump)
    expect(lane.status().until).toBe(clock.now() + 30 * minuteMs - 800)
    await clock.advance(29 * minuteMs)
    expect(connector.calls).toHaveLength(1)
    await clock.advance(2 * minuteMs)
    expect(connector.calls).toHaveLength(2)
  })

  test('moves no probe', async () => {
    const { clock, connector, put } = await startLane()
    connector.answer(() => blocked)
    await put('a', 'b')
    await clock.advance(secondMs)
    clock.jump(jump)
    await clock.advance(4 * minuteMs)
    expect(connector.calls).toHaveLength(1)
    await clock.advance(minuteMs)
    expect(connector.calls).toHaveLength(2)
  })
})

test('a clock that is put forward, or a machine that slept, is noticed within a minute', async () => {
  const { clock, connector, put } = await startLane({ retry: { schedule: [hourMs] } })
  connector.answer(() => failing('ERR_UNAVAILABLE'))
  await put('a')
  await clock.advance(5 * minuteMs)
  expect(connector.calls).toHaveLength(1)
  clock.jump(hourMs)
  await clock.advance(minuteMs)
  expect(connector.calls).toHaveLength(2)
})
