import { describe, expect, test } from 'vitest'
import type { LaneHarness } from '../../test/support/lane-harness.ts'
import { failing, ids, startLane } from '../../test/support/lane-harness.ts'

const secondMs = 1_000
const minuteMs = 60 * secondMs

function callTimes({ clock, events }: LaneHarness): readonly number[] {
  const times: number[] = []
  events.on('batch:started', () => times.push(clock.elapsed()))
  return times
}

describe('pace', () => {
  test('calls begin no faster than the vendor documents', async () => {
    const lane = await startLane({ batchSize: 1, requestRates: [{ requests: 5, perMs: secondMs }] })
    const times = callTimes(lane)
    await lane.put(...ids(12))
    await lane.clock.advance(10 * secondMs)
    expect(times).toEqual([0, 200, 400, 600, 800, 1_000, 1_200, 1_400, 1_600, 1_800, 2_000, 2_200])
  })

  test('what an operator sets holds instead', async () => {
    const lane = await startLane({ batchSize: 1, requestRates: [{ requests: 5, perMs: secondMs }], requestsPerSecond: 0.5 })
    const times = callTimes(lane)
    await lane.put(...ids(4))
    await lane.clock.advance(10 * secondMs)
    expect(times).toEqual([0, 2_000, 4_000, 6_000])
  })
})

describe('429', () => {
  test('halves the rate once for all calls that it met, costs no attempt, and the rate comes back within ten minutes', async () => {
    const lane = await startLane({ batchSize: 1, requestRates: [{ requests: 100, perMs: secondMs }] })
    const factor = () => lane.lane.status().rateFactor
    lane.connector.answer(() => failing('ERR_RATE_LIMITED', { reason: 'rate_limited', retryAfterMs: 2 * secondMs }))
    lane.connector.hold()
    await lane.put(...ids(50))
    await lane.clock.advance(100)
    lane.connector.release()
    await lane.clock.advance(100)
    expect(lane.connector.calls).toHaveLength(4)
    expect(factor()).toBe(0.5)
    await lane.clock.advance(5 * minuteMs)
    expect(factor()).toBeLessThan(0.1)
    expect(lane.attempts.filter((attempt) => attempt.status !== 'held')).toEqual([])
    lane.connector.answer(() => ({ status: 'delivered' }))
    await lane.clock.advance(10 * minuteMs)
    expect(factor()).toBeGreaterThanOrEqual(0.9)
    expect((await lane.store.stats()).destinations[0]?.counts).toMatchObject({ delivered: 50, dead: 0 })
    expect(await lane.delivery('e0')).toMatchObject({ attempts: 1 })
  })

  test('of one event of a batch it slows the lane, and the others are delivered', async () => {
    const { clock, connector, lane, put, delivery } = await startLane()
    connector.answer((event) =>
      event.id === 'b' ? failing('ERR_RATE_LIMITED', { reason: 'rate_limited' }) : { status: 'delivered' },
    )
    await put('a', 'b', 'c')
    await clock.advance(secondMs)
    expect(lane.status()).toMatchObject({ state: 'backing_off', rateFactor: 0.5 })
    expect(await delivery('a')).toMatchObject({ status: 'delivered' })
    expect(await delivery('b')).toMatchObject({ status: 'pending', attempts: 0 })
    connector.answer(() => ({ status: 'delivered' }))
    await clock.advance(minuteMs)
    expect(await delivery('b')).toMatchObject({ status: 'delivered', attempts: 1 })
  })

  test('of several calls at once the longest time asked for holds', async () => {
    const { clock, connector, put } = await startLane({ batchSize: 1 })
    const asked: Readonly<Record<string, number>> = { e0: 10 * secondMs, e1: minuteMs, e2: 20 * secondMs }
    connector.answer(({ id }) => failing('ERR_RATE_LIMITED', { reason: 'rate_limited', retryAfterMs: asked[id] ?? 0 }))
    connector.hold()
    await put(...ids(3))
    await clock.advance(0)
    connector.release()
    await clock.advance(59 * secondMs)
    expect(connector.calls).toHaveLength(3)
    await clock.advance(2 * secondMs)
    expect(connector.calls.length).toBeGreaterThan(3)
  })

  test('fewer batches are in flight too', async () => {
    const { clock, connector, put } = await startLane({ batchSize: 1 })
    connector.answer(() => failing('ERR_RATE_LIMITED', { reason: 'rate_limited', retryAfterMs: 10 * secondMs }))
    await put('a')
    await clock.advance(secondMs)
    connector.hold()
    await put(...ids(10))
    await clock.advance(12 * secondMs)
    expect(connector.calls).toHaveLength(3)
  })
})

describe('retries', () => {
  test('an explicit schedule is kept, its last wait again and again', async () => {
    const lane = await startLane({ retry: { schedule: [2 * secondMs, 10 * secondMs, 4 * minuteMs] } })
    const times = callTimes(lane)
    lane.connector.answer((event) => (event.id === 'a' ? failing('ERR_UNAVAILABLE') : { status: 'delivered' }))
    await lane.put('a')
    for (const id of ids(15)) {
      await lane.clock.advance(30 * secondMs)
      await lane.put(id)
    }
    const ofA = times.filter((_time, index) => lane.connector.calls[index]?.includes('a'))
    expect(ofA).toEqual([200, 1_200, 6_200, 126_200, 246_200, 366_200])
  })

  test('a shorter age is kept', async () => {
    const { clock, connector, put, delivery } = await startLane({ retry: { firstDelayMs: secondMs, maxAgeMs: minuteMs } })
    connector.answer((event) => (event.id === 'a' ? failing('ERR_UNAVAILABLE') : { status: 'delivered' }))
    await put('a')
    for (const id of ids(20)) {
      await clock.advance(10 * secondMs)
      await put(id)
    }
    expect(await delivery('a')).toMatchObject({
      status: 'dead',
      error: { code: 'ERR_MAX_AGE', message: expect.stringContaining('Not delivered within 1 minute.') },
    })
  })
})
