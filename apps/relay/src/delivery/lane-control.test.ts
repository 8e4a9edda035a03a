import { ConnectorError } from '@subtotal-connectors/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createSharedLanes, type SharedLanes } from '../../test/support/shared-lanes.ts'
import type { VirtualClock } from '../../test/support/virtual-clock.ts'
import { createVirtualClock } from '../../test/support/virtual-clock.ts'
import type { Attempted } from './attempted.ts'
import { sharedLaneControl } from './lane-control.ts'
import { createLaneGate } from './lane-gate.ts'
import { createRateBudget } from './rate-budget.ts'

const start = 1_795_176_000_000
const rates = [{ requests: 50, perMs: 1_000 }]
/** A tenth of the rate. */
const atOnce = 5

/** One relay's part of a lane. */
function join(lanes: SharedLanes, clock: VirtualClock) {
  const budget = createRateBudget(rates)
  const states: string[] = []
  const gate = createLaneGate({ destination: 'one', clock, budget, onChange: ({ state }) => states.push(state) })
  const control = sharedLaneControl('one', lanes.join(), { gate, budget })
  const take = () =>
    control.change(() => {
      if (gate.openFor(4) === 0 || budget.waitMs(clock.elapsed()) > 0) return undefined
      budget.take(clock.elapsed())
      const isProbe = gate.isProbing()
      if (isProbe) gate.reserveProbe()
      return { isProbe }
    })
  return { budget, gate, control, states, take }
}

function attempted(lane: Attempted['decision']['lane'], error: ConnectorError, reason = 'rate_limited'): Attempted {
  const delivery = { id: '1', dueAt: start, attempts: 0, unknownOutcomes: 0, unreadableAnswers: 0, pendingSince: start }
  return {
    delivery: { ...delivery, event: { id: 'e' } },
    result: { status: 'retry', reason, error },
    decision: { lane, verdict: { status: 'held', dueAt: start, code: error.code, message: error.message } },
  } as unknown as Attempted
}

const asked = new ConnectorError('ERR_RATE_LIMITED', 'Too many requests.')
const refused = new ConnectorError('ERR_UNAUTHORIZED', 'The key is refused.')

describe('a lane of several relays', () => {
  test('keeps one rate, however their calls interleave', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.integer({ min: 2, max: 4 }), async (scheduler, relays) => {
        const clock = createVirtualClock(start)
        const lanes = createSharedLanes(clock.elapsed, () => scheduler.schedule(Promise.resolve()))
        const joined = Array.from({ length: relays }, () => join(lanes, clock))
        const turns = await scheduler.waitFor(Promise.all(joined.flatMap((relay) => [relay.take(), relay.take(), relay.take()])))
        expect(turns.filter((turn) => turn !== undefined)).toHaveLength(Math.min(atOnce, 3 * relays))
      }),
      { numRuns: 50 },
    )
  })

  test('is quiet for all of them as soon as one was asked to wait', async () => {
    const clock = createVirtualClock(start)
    const lanes = createSharedLanes(clock.elapsed, () => Promise.resolve())
    const [one, other] = [join(lanes, clock), join(lanes, clock)]
    await one.control.record(() =>
      one.gate.apply([attempted({ kind: 'pause', until: start + 60_000, error: asked }, asked)], false, start),
    )
    expect(await other.take()).toBeUndefined()
    expect(other.gate.status()).toMatchObject({ state: 'backing_off', reason: 'Too many requests.', rateFactor: 0.5 })
    expect(lanes.told).toEqual([{ kind: 'lane', destination: 'one' }])
    await clock.advance(60_001)
    expect(await other.take()).toEqual({ isProbe: false })
  })

  test('is down after five failures in a row, whichever of them had them', async () => {
    const clock = createVirtualClock(start)
    const lanes = createSharedLanes(clock.elapsed, () => Promise.resolve())
    const relays = [join(lanes, clock), join(lanes, clock), join(lanes, clock)]
    const failed = attempted({ kind: 'none' }, new ConnectorError('ERR_TIMEOUT', 'No answer.'), 'timeout')
    for (let failures = 1; failures <= 5; failures += 1) {
      const relay = relays[failures % 3]
      await relay?.control.refresh()
      await relay?.control.record(() => relay.gate.apply([failed], false, start))
      expect(relay?.gate.status().state).toBe(failures < 5 ? 'running' : 'backing_off')
    }
    for (const { control, gate } of relays) {
      await control.refresh()
      expect(gate.status()).toMatchObject({ state: 'backing_off', code: 'ERR_TIMEOUT' })
    }
  })

  test('is probed by one of them', async () => {
    const clock = createVirtualClock(start)
    const lanes = createSharedLanes(clock.elapsed, () => Promise.resolve())
    const relays = [join(lanes, clock), join(lanes, clock), join(lanes, clock)]
    const [first] = relays
    await first?.control.record(() => first.gate.apply([attempted({ kind: 'block', error: refused }, refused)], false, start))
    await clock.advance(5 * 60_000)
    const turns = await Promise.all(relays.map((relay) => relay.take()))
    expect(turns.filter((turn) => turn !== undefined)).toEqual([{ isProbe: true }])
  })

  test('what was learned while the store was away is not lost, and a turn is not given', async () => {
    const clock = createVirtualClock(start)
    const lanes = createSharedLanes(clock.elapsed, () => Promise.resolve())
    const [one, other] = [join(lanes, clock), join(lanes, clock)]
    lanes.isAway = true
    await one.control.record(() => one.gate.apply([attempted({ kind: 'block', error: refused }, refused)], false, start))
    expect(one.gate.status().state).toBe('blocked')
    await expect(other.take()).rejects.toThrow('The store is away.')
    lanes.isAway = false
    expect(await one.take()).toBeUndefined()
    await one.control.refresh()
    expect(one.gate.status().state).toBe('blocked')
    await other.control.refresh()
    expect(other.gate.status().state).toBe('blocked')
  })
})
