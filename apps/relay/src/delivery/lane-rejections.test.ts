import { describe, expect, test } from 'vitest'
import type { LaneHarness } from '../../test/support/lane-harness.ts'
import { blocked, ids, rejected, startLane } from '../../test/support/lane-harness.ts'

const minuteMs = 60_000

async function counts({ store }: LaneHarness) {
  return (await store.stats()).destinations[0]?.counts
}

describe('rejections in a row', () => {
  test.each([1, 7, 100])('in batches of %i: twenty with one code block the lane, and the others are kept', async (batchSize) => {
    const lane = await startLane({ batchSize, concurrency: 1 })
    lane.connector.answer(() => rejected())
    await lane.put(...ids(100))
    await lane.clock.advance(1_000)
    expect(await counts(lane)).toMatchObject({ dead: 20, pending: 80 })
    const { state, code, reason } = lane.lane.status()
    expect([state, code]).toEqual(['blocked', 'ERR_REJECTED'])
    expect(reason).toMatch(/^20 events in a row were rejected with ERR_REJECTED/)
  })

  test('nineteen do not, nor do twenty with two codes', async () => {
    const lane = await startLane({ batchSize: 1, concurrency: 1 })
    lane.connector.answer((event) => rejected(event.id === 'e10' ? 'ERR_TOO_LARGE' : 'ERR_REJECTED'))
    await lane.put(...ids(30))
    await lane.clock.advance(1_000)
    expect(await counts(lane)).toMatchObject({ dead: 30, pending: 0 })
    expect(lane.states).toEqual([])
  })

  test('one delivery between them begins the row again', async () => {
    const lane = await startLane({ batchSize: 1, concurrency: 1 })
    lane.connector.answer((event) => (event.id === 'e19' ? { status: 'delivered' } : rejected()))
    await lane.put(...ids(39))
    await lane.clock.advance(1_000)
    expect(await counts(lane)).toMatchObject({ dead: 38, delivered: 1 })
  })

  test('a batch of which one event is delivered tells of each of the others that it is at fault', async () => {
    const lane = await startLane({ batchSize: 100 })
    lane.connector.answer((event) => (event.id === 'e99' ? { status: 'delivered' } : rejected()))
    await lane.put(...ids(100))
    await lane.clock.advance(1_000)
    expect(await counts(lane)).toMatchObject({ dead: 99, delivered: 1 })
    expect(lane.states).toEqual([])
  })

  test('a blocked lane tries one event every five minutes, each of them twice, and kills none of them', async () => {
    const lane = await startLane({ batchSize: 100 })
    lane.connector.answer(() => rejected())
    await lane.put(...ids(30))
    await lane.clock.advance(1_000)
    lane.connector.answer((event) => rejected(event.id === 'e21' ? 'ERR_TOO_LARGE' : 'ERR_REJECTED'))
    await lane.clock.advance(26 * minuteMs)
    expect(lane.connector.calls.slice(1)).toEqual([['e20'], ['e20'], ['e21'], ['e21'], ['e22']])
    expect(await counts(lane)).toMatchObject({ dead: 20, pending: 10 })
    expect(await lane.delivery('e20')).toMatchObject({ attempts: 0, error: { code: 'ERR_REJECTED', message: 'No such field.' } })
  })

  test('a probe that is delivered lets all go on', async () => {
    const lane = await startLane({ batchSize: 100 })
    lane.connector.answer(() => rejected())
    await lane.put(...ids(30))
    await lane.clock.advance(1_000)
    lane.connector.answer((event) => (event.id === 'e25' ? rejected() : { status: 'delivered' }))
    await lane.clock.advance(6 * minuteMs)
    expect(await counts(lane)).toMatchObject({ dead: 21, delivered: 9 })
    expect(lane.states).toEqual(['blocked', 'running'])
  })

  test('one that was in flight before and is delivered lets all go on too', async () => {
    const lane = await startLane({ batchSize: 1, concurrency: 2 })
    const late = Promise.withResolvers<void>()
    const { deliver } = lane.connector
    lane.connector.deliver = async (events) => {
      if (events[0]?.id === 'late') await late.promise
      return deliver(events)
    }
    lane.connector.answer((event) => (event.id === 'late' ? { status: 'delivered' } : rejected()))
    await lane.put('late', ...ids(25))
    await lane.clock.advance(1_000)
    expect(await counts(lane)).toMatchObject({ dead: 20, delivered: 0 })
    late.resolve()
    await lane.clock.advance(1_000)
    expect(await counts(lane)).toMatchObject({ dead: 25, delivered: 1 })
    expect(lane.states).toEqual(['blocked', 'running'])
  })

  test('a corrected key behind which everything is rejected costs twenty events, not the queue', async () => {
    const lane = await startLane({ batchSize: 100 })
    lane.connector.answer(() => blocked)
    await lane.put(...ids(40))
    await lane.clock.advance(1_000)
    lane.connector.answer(() => rejected())
    await lane.clock.advance(9 * minuteMs)
    expect(lane.connector.calls).toHaveLength(21)
    expect(await counts(lane)).toMatchObject({ dead: 20, pending: 20 })
    expect(lane.lane.status()).toMatchObject({ state: 'blocked', code: 'ERR_REJECTED' })
  })

  test('a person may let it go on, for twenty more', async () => {
    const lane = await startLane({ batchSize: 100 })
    lane.connector.answer(() => rejected())
    await lane.put(...ids(50))
    await lane.clock.advance(1_000)
    await lane.lane.resume()
    await lane.clock.advance(1_000)
    expect(await counts(lane)).toMatchObject({ dead: 40, pending: 10 })
    expect(lane.states).toEqual(['blocked', 'running', 'blocked'])
  })
})
