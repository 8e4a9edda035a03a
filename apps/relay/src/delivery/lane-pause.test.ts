import { describe, expect, test } from 'vitest'
import { receivedAt } from '../../test/support/incoming.ts'
import { blocked, failing, ids, startLane } from '../../test/support/lane-harness.ts'
import { settle } from '../../test/support/virtual-clock.ts'
import { createLane } from './create-lane.ts'

const secondMs = 1_000
const minuteMs = 60 * secondMs
const hourMs = 60 * minuteMs

describe('a pause', () => {
  test('nothing is claimed and nothing dies until it is resumed; then all goes out', async () => {
    const { clock, connector, lane, put, delivery, states } = await startLane()
    await lane.pause('the brand moves')
    await put('a')
    await clock.advance(100 * hourMs)
    expect(connector.calls).toEqual([])
    expect(lane.status()).toMatchObject({
      state: 'paused',
      reason: 'the brand moves',
      code: 'paused by an operator',
      since: receivedAt,
      until: null,
    })
    await lane.resume()
    await clock.advance(0)
    expect(await delivery('a')).toMatchObject({ status: 'delivered', attempts: 1 })
    expect(states).toEqual(['paused', 'running'])
  })

  test('what is in flight is finished', async () => {
    const { clock, connector, lane, put, delivery } = await startLane({ batchSize: 1, concurrency: 1 })
    connector.hold()
    await put('a', 'b')
    await clock.advance(secondMs)
    await lane.pause('wait')
    connector.release()
    await clock.advance(hourMs)
    expect(connector.calls).toEqual([['a']])
    expect(await delivery('a')).toMatchObject({ status: 'delivered' })
  })

  test('it outlives the process; its time is that of the first wish, its words those of the last', async () => {
    const { clock, store, lane } = await startLane()
    await lane.pause('one')
    await clock.advance(minuteMs)
    await lane.pause('two')
    expect(await store.lanePauses()).toEqual([{ destination: 'one', pausedAt: receivedAt, reason: 'two' }])
    expect(lane.status()).toMatchObject({ reason: 'two', since: receivedAt })
    await lane.resume()
    expect(await store.lanePauses()).toEqual([])
  })

  test('a lane may be paused from the start', async () => {
    const { clock, store, connector, events, lane, put } = await startLane()
    await lane.stop(AbortSignal.abort())
    const pause = { reason: 'as before', since: receivedAt - hourMs }
    const next = createLane({ destination: 'one', connector, store, events, clock, pause })
    next.start()
    await put('a')
    next.notify(1)
    await clock.advance(hourMs)
    expect(connector.calls).toEqual([])
    expect(next.status()).toMatchObject({ state: 'paused', reason: 'as before', since: receivedAt - hourMs })
    await next.resume()
    await settle()
    expect(connector.calls).toEqual([['a']])
    await next.stop(AbortSignal.abort())
  })

  test('a pause that the store does not take is refused', async () => {
    const { store, lane } = await startLane()
    store.pauseLane = () => Promise.reject(new Error('disk full'))
    await expect(lane.pause('wait')).rejects.toThrow('disk full')
    expect(lane.status().state).toBe('running')
  })

  test('what is being claimed when it begins is put back, its place in the queue kept', async () => {
    const { clock, store, connector, lane, put, delivery } = await startLane()
    const begun = Promise.withResolvers<void>()
    const goOn = Promise.withResolvers<void>()
    const { claim } = store
    store.claim = async (request) => {
      begun.resolve()
      await goOn.promise
      return claim(request)
    }
    await put('a')
    const advanced = clock.advance(secondMs)
    await begun.promise
    await lane.pause('wait')
    goOn.resolve()
    await advanced
    expect(connector.calls).toEqual([])
    expect(await delivery('a')).toMatchObject({ status: 'pending', attempts: 0, dueAt: receivedAt })
    await lane.resume()
    await clock.advance(0)
    expect(await delivery('a')).toMatchObject({ status: 'delivered', attempts: 1 })
  })

  test('what was blocked before is blocked afterwards, and tried at once', async () => {
    const { clock, connector, lane, put, states } = await startLane()
    connector.answer(() => blocked)
    await put('a', 'b')
    await clock.advance(secondMs)
    await lane.pause('wait')
    await clock.advance(hourMs)
    expect(connector.calls).toHaveLength(1)
    await lane.resume()
    await clock.advance(0)
    expect(connector.calls.slice(1)).toEqual([['a']])
    expect(lane.status()).toMatchObject({ state: 'blocked', code: 'ERR_CREDENTIALS' })
    expect(states).toEqual(['blocked', 'paused', 'blocked'])
  })

  test('it does not shorten the time that a destination asked for', async () => {
    const { clock, connector, lane, put } = await startLane()
    connector.answer(() => failing('ERR_RATE_LIMITED', { reason: 'rate_limited', retryAfterMs: hourMs }))
    await put('a')
    await clock.advance(secondMs)
    await lane.pause('wait')
    await lane.resume()
    await clock.advance(59 * minuteMs)
    expect(connector.calls).toHaveLength(1)
    await clock.advance(2 * minuteMs)
    expect(connector.calls).toHaveLength(2)
  })
})

describe('resume', () => {
  test.each([
    ['blocked', blocked],
    ['down', failing('ERR_UNAVAILABLE')],
  ])('a lane that is %s tries one event at once, and goes on when it is delivered', async (_name, answer) => {
    const { clock, connector, lane, put, store } = await startLane({ batchSize: 2, concurrency: 1 })
    connector.answer(() => answer)
    await put(...ids(12))
    await clock.advance(4 * secondMs)
    const before = connector.calls.length
    connector.answer(() => ({ status: 'delivered' }))
    await lane.resume()
    await clock.advance(0)
    expect(connector.calls[before]).toHaveLength(1)
    await clock.advance(10 * secondMs)
    expect((await store.stats()).destinations[0]?.counts).toMatchObject({ delivered: 12 })
  })
})
