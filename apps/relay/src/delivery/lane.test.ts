import { ConnectorError } from '@subtotal-connectors/core'
import { describe, expect, test, vi } from 'vitest'
import { receivedAt } from '../../test/support/incoming.ts'
import { blocked, failing, ids, startLane } from '../../test/support/lane-harness.ts'

const secondMs = 1_000
const minuteMs = 60 * secondMs
const hourMs = 60 * minuteMs

describe('batches', () => {
  test('what comes within 200 ms goes together', async () => {
    const { clock, connector, put } = await startLane()
    await put('a')
    await clock.advance(100)
    await put('b')
    await clock.advance(99)
    expect(connector.calls).toEqual([])
    await clock.advance(1)
    expect(connector.calls).toEqual([['a', 'b']])
  })

  test('the store is asked once for what is due, and not again when all of it was delivered', async () => {
    const { clock, connector, store, put } = await startLane()
    const claim = vi.spyOn(store, 'claim')
    await put('a', 'b')
    await clock.advance(10 * secondMs)
    expect(connector.calls).toEqual([['a', 'b']])
    expect(claim).toHaveBeenCalledTimes(1)
  })

  test('a full batch does not wait', async () => {
    const { clock, connector, put } = await startLane({ batchSize: 2 })
    await put('a', 'b')
    await clock.advance(0)
    expect(connector.calls).toEqual([['a', 'b']])
  })

  test('no batch is larger than the destination allows, and no more than asked for are in flight', async () => {
    const { clock, connector, put } = await startLane({ batchSize: 2, concurrency: 2 })
    connector.hold()
    await put('a', 'b', 'c', 'd', 'e')
    await clock.advance(10 * secondMs)
    expect(connector.calls).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ])
    connector.release()
    await clock.advance(0)
    expect(connector.calls).toEqual([['a', 'b'], ['c', 'd'], ['e']])
  })

  test('each event has its own outcome', async () => {
    const { clock, connector, put, delivery } = await startLane()
    connector.answer((event) => {
      if (event.id === 'bad') return { status: 'rejected', error: new ConnectorError('ERR_REJECTED', 'No such field.') }
      return event.id === 'off' ? { status: 'skipped', reason: 'switched off' } : { status: 'delivered' }
    })
    await put('good', 'bad', 'off')
    await clock.advance(secondMs)
    expect(await delivery('good')).toMatchObject({ status: 'delivered' })
    expect(await delivery('bad')).toMatchObject({ status: 'dead', error: { code: 'ERR_REJECTED', message: 'No such field.' } })
    expect(await delivery('off')).toMatchObject({ status: 'skipped', reason: 'switched off' })
  })

  test('a call longer than a lease keeps its deliveries', async () => {
    const { clock, connector, events, put, delivery } = await startLane()
    let stale = 0
    events.on('settle:stale', ({ count }) => {
      stale += count
    })
    connector.hold()
    await put('a')
    await clock.advance(5 * minuteMs)
    connector.release()
    await clock.advance(secondMs)
    expect(connector.calls).toHaveLength(1)
    expect(await delivery('a')).toMatchObject({ status: 'delivered', attempts: 1 })
    expect(stale).toBe(0)
  })
})

describe('retries', () => {
  test('a failed event is tried again on the schedule until it is delivered', async () => {
    const { clock, connector, events, put, delivery } = await startLane()
    const startedAt: number[] = []
    events.on('batch:started', () => startedAt.push(clock.now()))
    connector.answer(() => failing('ERR_UNAVAILABLE'))
    await put('a')
    await clock.advance(1.9 * hourMs)
    const waits = startedAt.map((at, index) => at - (startedAt[index - 1] ?? receivedAt))
    expect(waits).toEqual([200, 2_500, 7_500, 22_500, 67_500, 202_500, 607_500, 1_800_000, 1_800_000, 1_800_000])
    connector.answer(() => ({ status: 'delivered' }))
    await clock.advance(hourMs)
    expect(await delivery('a')).toMatchObject({ status: 'delivered', attempts: 11, error: null })
  })

  test('an outage of 24 hours makes no dead letter', async () => {
    const { clock, connector, put, delivery } = await startLane()
    connector.answer(() => failing('ERR_UNAVAILABLE'))
    await put('a', 'b', 'c')
    await clock.advance(24 * hourMs)
    expect(await delivery('b')).toMatchObject({ status: 'pending' })
    connector.answer(() => ({ status: 'delivered' }))
    await clock.advance(hourMs)
    expect(await delivery('b')).toMatchObject({ status: 'delivered' })
  })

  test('after 72 hours of failures it is a dead letter with its attempts', async () => {
    const { clock, connector, put, delivery } = await startLane()
    connector.answer((event) => (event.id === 'a' ? failing('ERR_UNAVAILABLE') : { status: 'delivered' }))
    await put('a')
    for (const id of ids(74)) {
      await put(id)
      await clock.advance(hourMs)
    }
    const dead = await delivery('a')
    expect(dead).toMatchObject({ status: 'dead', error: { code: 'ERR_MAX_AGE' } })
    expect(dead?.failedAttempts).toHaveLength(dead?.attempts ?? 0)
    const calls = connector.calls.length
    await clock.advance(24 * hourMs)
    expect(connector.calls).toHaveLength(calls)
  })

  test.each([
    ['no', 'dead', 4],
    ['unconfirmed', 'pending', 10],
    ['yes', 'pending', 10],
  ] as const)('deduplicates %s: after an outage of unknown outcomes a delivery is %s', async (deduplicates, status, calls) => {
    const { clock, connector, put, delivery } = await startLane({ deduplicates })
    connector.answer(() => failing('ERR_TIMEOUT', { reason: 'timeout', mayHaveArrived: true }))
    await put('a')
    await clock.advance(2 * hourMs)
    expect(await delivery('a')).toMatchObject({ status })
    expect(connector.calls).toHaveLength(calls)
  })
})

describe('a destination that wants to be left alone', () => {
  test('429 pauses the whole lane for the time asked, costs no attempt, and then all goes out', async () => {
    const { clock, connector, lane, put, delivery, states } = await startLane()
    connector.answer(() => failing('ERR_RATE_LIMITED', { reason: 'rate_limited', retryAfterMs: 30 * secondMs }))
    await put('a')
    await clock.advance(secondMs)
    await put('b')
    connector.answer(() => ({ status: 'delivered' }))
    await clock.advance(28 * secondMs)
    expect(connector.calls).toEqual([['a']])
    expect(lane.status()).toMatchObject({ state: 'backing_off', reason: 'The words.' })
    await clock.advance(3 * secondMs)
    expect(await delivery('a')).toMatchObject({ status: 'delivered', attempts: 1 })
    expect(await delivery('b')).toMatchObject({ status: 'delivered' })
    expect(states).toEqual(['backing_off', 'running'])
  })

  test('a destination that asks for no time at all is still left alone for a second', async () => {
    const { clock, connector, put } = await startLane()
    connector.answer(() => failing('ERR_RATE_LIMITED', { reason: 'rate_limited', retryAfterMs: 0 }))
    await put('a')
    await clock.advance(10 * secondMs)
    expect(connector.calls).toHaveLength(10)
  })

  test('days of 429 spend no attempt and kill nothing', async () => {
    const { clock, connector, put, delivery } = await startLane()
    connector.answer(() => failing('ERR_RATE_LIMITED', { reason: 'rate_limited', retryAfterMs: hourMs }))
    await put('a')
    await clock.advance(100 * hourMs)
    expect(await delivery('a')).toMatchObject({ status: 'pending', attempts: 0, error: { code: 'ERR_RATE_LIMITED' } })
  })
})

describe('a destination that refuses the configuration', () => {
  test('the lane is blocked, says why, kills nothing, and probes with one event every five minutes', async () => {
    const { clock, connector, lane, put, delivery } = await startLane()
    connector.answer(() => blocked)
    await put('a', 'b', 'c')
    await clock.advance(secondMs)
    expect(lane.status()).toMatchObject({ state: 'blocked', reason: 'The key is refused.' })
    await put('d')
    await clock.advance(5 * minuteMs - 2 * secondMs)
    expect(connector.calls).toHaveLength(1)
    await clock.advance(2 * secondMs)
    expect(connector.calls.slice(1)).toEqual([['a']])
    await clock.advance(4 * hourMs)
    expect(await delivery('d')).toMatchObject({ status: 'pending', attempts: 0 })
    expect(lane.status().since).toBe(receivedAt + 200)
  })

  test('after two failed probes the next event is the probe', async () => {
    const { clock, connector, put } = await startLane()
    connector.answer(() => blocked)
    await put('a', 'b', 'c')
    await clock.advance(36 * minuteMs)
    expect(connector.calls.slice(1)).toEqual([['a'], ['a'], ['b'], ['b'], ['c'], ['c'], ['a']])
  })

  test('a probe that is delivered opens the lane, and all goes out', async () => {
    const { clock, connector, put, delivery, states } = await startLane()
    connector.answer(() => blocked)
    await put('a', 'b')
    await clock.advance(6 * minuteMs)
    connector.answer(() => ({ status: 'delivered' }))
    await clock.advance(5 * minuteMs)
    expect(await delivery('a')).toMatchObject({ status: 'delivered' })
    expect(await delivery('b')).toMatchObject({ status: 'delivered', attempts: 1 })
    expect(states).toEqual(['blocked', 'running'])
  })

  test('an old event does not die of a probe that fails', async () => {
    const { clock, connector, put, delivery } = await startLane()
    connector.answer(() => blocked)
    await put('a')
    await clock.advance(80 * hourMs)
    connector.answer(() => failing('ERR_UNAVAILABLE'))
    await clock.advance(2 * hourMs)
    expect(await delivery('a')).toMatchObject({ status: 'pending', error: { code: 'ERR_UNAVAILABLE' } })
    connector.answer(() => ({ status: 'delivered' }))
    await clock.advance(2 * hourMs)
    expect(await delivery('a')).toMatchObject({ status: 'delivered' })
  })

  test('a probe that is answered 429 puts the next one off for as long as asked', async () => {
    const { clock, connector, put } = await startLane()
    connector.answer(() => blocked)
    await put('a')
    await clock.advance(secondMs)
    connector.answer(() => failing('ERR_RATE_LIMITED', { reason: 'rate_limited', retryAfterMs: 30 * minuteMs }))
    await clock.advance(30 * minuteMs)
    expect(connector.calls).toHaveLength(2)
    await clock.advance(6 * minuteMs)
    expect(connector.calls).toHaveLength(3)
  })

  test('a probe that was never sent proves nothing, and the next one follows at once', async () => {
    const { clock, connector, lane, put } = await startLane()
    connector.answer(() => blocked)
    await put('a', 'b')
    await clock.advance(secondMs)
    connector.answer((event) => (event.id === 'a' ? { status: 'skipped', reason: 'switched off' } : blocked))
    await clock.advance(5 * minuteMs)
    expect(connector.calls.slice(1)).toEqual([['a'], ['b']])
    expect(lane.status().state).toBe('blocked')
  })
})
