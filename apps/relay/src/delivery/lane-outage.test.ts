import { describe, expect, test } from 'vitest'
import { receivedAt } from '../../test/support/incoming.ts'
import type { LaneHarness } from '../../test/support/lane-harness.ts'
import { failing, ids, rejected, startLane } from '../../test/support/lane-harness.ts'

const secondMs = 1_000
const minuteMs = 60 * secondMs
const hourMs = 60 * minuteMs
const down = () => failing('ERR_UNAVAILABLE')
const unanswered = () => failing('ERR_TIMEOUT', { reason: 'timeout', mayHaveArrived: true })

/** The deliveries as they stand, by state. */
async function counts({ store }: LaneHarness) {
  return (await store.stats()).destinations[0]?.counts
}

/** When each call began, in seconds after `from`. */
function callTimes({ clock, events }: LaneHarness, from: number): readonly number[] {
  const times: number[] = []
  events.on('batch:started', () => times.push((clock.now() - from) / secondMs))
  return times
}

async function mostAttempts({ store }: LaneHarness, eventIds: readonly string[]): Promise<number> {
  const details = await Promise.all(eventIds.map((id) => store.findEvent(id)))
  return Math.max(...details.map((detail) => detail?.deliveries[0]?.attempts ?? 0))
}

describe('a destination that is down', () => {
  test('after five failed calls in a row one event is tried at a time, after 5 s, doubling to 5 min', async () => {
    const lane = await startLane({ batchSize: 2, concurrency: 1 })
    const times = callTimes(lane, receivedAt)
    lane.connector.answer(down)
    await lane.put(...ids(40))
    await lane.clock.advance(25 * minuteMs)
    expect(lane.connector.calls.slice(0, 8).map((call) => call.length)).toEqual([2, 2, 2, 2, 2, 1, 1, 1])
    const probes = times.slice(5).map((time) => Math.round(time))
    expect(probes).toEqual([5, 15, 35, 75, 155, 315, 615, 915, 1_215])
    expect(lane.states).toEqual(['backing_off'])
    expect(lane.lane.status()).toMatchObject({ state: 'backing_off', code: 'ERR_UNAVAILABLE', since: receivedAt })
    expect(lane.lane.status().until).toBe(receivedAt + 1_515 * secondMs)
  })

  test('after two failed probes of one event the next one is tried', async () => {
    const { clock, connector, put } = await startLane({ batchSize: 2, concurrency: 1 })
    connector.answer(down)
    await put(...ids(20))
    await clock.advance(10 * minuteMs)
    expect(connector.calls.slice(5)).toEqual([['e10'], ['e10'], ['e11'], ['e11'], ['e12'], ['e12']])
  })

  test('a probe that is delivered opens the lane, and all goes out', async () => {
    const lane = await startLane({ batchSize: 2, concurrency: 1 })
    lane.connector.answer(down)
    await lane.put(...ids(20))
    await lane.clock.advance(10 * minuteMs)
    lane.connector.answer(() => ({ status: 'delivered' }))
    await lane.clock.advance(6 * minuteMs)
    expect(await counts(lane)).toMatchObject({ delivered: 20, pending: 0 })
    expect(lane.states).toEqual(['backing_off', 'running'])
  })

  test('a probe that is rejected opens it too: the destination answers', async () => {
    const lane = await startLane({ batchSize: 2, concurrency: 1 })
    lane.connector.answer(down)
    await lane.put(...ids(20))
    await lane.clock.advance(secondMs)
    lane.connector.answer((event) => (event.id === 'e10' ? rejected() : { status: 'delivered' }))
    await lane.clock.advance(30 * secondMs)
    expect(await counts(lane)).toMatchObject({ delivered: 19, dead: 1 })
  })

  test('a call that was in flight before and is answered opens it too', async () => {
    const lane = await startLane({ batchSize: 1, concurrency: 2 })
    const late = Promise.withResolvers<void>()
    const { deliver } = lane.connector
    lane.connector.deliver = async (events) => {
      if (events[0]?.id === 'late') await late.promise
      return deliver(events)
    }
    lane.connector.answer((event) => (event.id === 'late' ? { status: 'delivered' } : down()))
    await lane.put('late', ...ids(10))
    await lane.clock.advance(secondMs)
    expect(lane.states).toEqual(['backing_off'])
    lane.connector.answer(() => ({ status: 'delivered' }))
    late.resolve()
    await lane.clock.advance(0)
    expect(lane.states).toEqual(['backing_off', 'running'])
    expect(await counts(lane)).toMatchObject({ delivered: 6 })
  })

  test('calls of which one event was answered do not count', async () => {
    const { clock, connector, put, states } = await startLane({ batchSize: 2, concurrency: 1 })
    connector.answer((event) => (Number(event.id.slice(1)) % 2 === 0 ? down() : { status: 'delivered' }))
    await put(...ids(20))
    await clock.advance(secondMs)
    expect(connector.calls).toHaveLength(10)
    expect(states).toEqual([])
  })

  test('half of twenty calls within a minute count as down too', async () => {
    const { clock, connector, put, states } = await startLane({ batchSize: 1, concurrency: 1 })
    connector.answer((event) => (Number(event.id.slice(1)) % 2 === 1 ? down() : { status: 'delivered' }))
    await put(...ids(40))
    await clock.advance(secondMs)
    expect(connector.calls).toHaveLength(20)
    expect(states).toEqual(['backing_off'])
  })

  test.each([
    ['refuses every call', 'yes', down],
    ['leaves every outcome unknown, and ignores repeats', 'yes', unanswered],
    ['leaves every outcome unknown, and cannot tell a repeat', 'no', unanswered],
  ] as const)(
    '24 hours of one that %s cost an event two attempts at most and kill none',
    async (_name, deduplicates, answer) => {
      const lane = await startLane({ batchSize: 75, deduplicates })
      const all = ids(500)
      lane.connector.answer(answer)
      await lane.put(...all)
      await lane.clock.advance(24 * hourMs)
      expect(await counts(lane)).toMatchObject({ pending: 500, dead: 0 })
      expect(await mostAttempts(lane, all)).toBeLessThanOrEqual(2)
      expect(lane.connector.calls.length).toBeLessThan(320)
      lane.connector.answer(() => ({ status: 'delivered' }))
      await lane.clock.advance(6 * minuteMs)
      expect(await counts(lane)).toMatchObject({ pending: 0, delivered: 500 })
    },
    60_000,
  )

  test('days of it kill nothing of age; one that fails alone does die', async () => {
    const { clock, connector, put, delivery } = await startLane()
    connector.answer(down)
    await put('a', 'b')
    await clock.advance(100 * hourMs)
    expect(await delivery('a')).toMatchObject({ status: 'pending' })
    connector.answer((event) => (event.id === 'a' ? down() : { status: 'delivered' }))
    await clock.advance(2 * hourMs)
    await put('c')
    await clock.advance(2 * hourMs)
    expect(await delivery('a')).toMatchObject({ status: 'dead', error: { code: 'ERR_MAX_AGE' } })
  })
})

describe('a destination that cannot tell a repeat', () => {
  test('gets nothing again that may have arrived while its check fails, and all of it afterwards', async () => {
    const { clock, connector, lane, put, delivery } = await startLane({ deduplicates: 'no' })
    connector.answer(unanswered)
    connector.reachable(false)
    await put('a')
    await clock.advance(24 * hourMs)
    expect(connector.calls).toEqual([['a']])
    expect(await delivery('a')).toMatchObject({ status: 'pending', attempts: 1 })
    expect(lane.status().state).toBe('backing_off')
    connector.reachable(true)
    connector.answer(() => ({ status: 'delivered' }))
    await clock.advance(hourMs)
    expect(await delivery('a')).toMatchObject({ status: 'delivered', attempts: 2 })
  })
})
