import { describe, expect, test } from 'vitest'
import { scriptedConnector } from '../../test/support/scripted-connector.ts'
import { createVirtualClock } from '../../test/support/virtual-clock.ts'
import { createRelayEvents } from '../observability/relay-events.ts'
import type { ReplayStep } from '../store/operations-store.ts'
import type { StoreSharing } from '../store/store-sharing.ts'
import { createReplayRunner } from './replay-runner.ts'

const sharing: StoreSharing = {
  now: () => 0,
  readLane: async () => ({ version: 0, state: null, pause: null }),
  writeLane: async () => 1,
  tell: () => undefined,
  listen: () => () => undefined,
  isHearing: () => true,
  claimAlert: async () => 'post',
  endAlert: async () => undefined,
}

/** A runner on a store that several relays share, which answers as told after `stepMs`. Every request is kept with its time. */
function start(answers: (ReplayStep | 'busy' | undefined)[], stepMs = 0) {
  const clock = createVirtualClock(0)
  const events = createRelayEvents()
  const requests: { readonly at: number; readonly restMs: number | undefined }[] = []
  const finished: string[] = []
  events.on('replay:finished', ({ replayId }) => finished.push(replayId))
  const runner = createReplayRunner({
    store: {
      sharing,
      async advanceReplay({ restMs }) {
        requests.push({ at: clock.elapsed(), restMs })
        if (stepMs > 0) await new Promise<void>((resolve) => clock.setTimeout(resolve, stepMs))
        return answers.shift()
      },
      async nextDueAt() {
        throw new Error('What is due where several relays are at work is for the store to say.')
      },
    },
    connectors: { one: scriptedConnector() },
    settings: {},
    events,
    clock,
    onMoved: () => undefined,
  })
  runner.wake()
  return { clock, requests, finished, runner }
}

const step: ReplayStep = { replayId: '1', deliveryIds: ['1', '2'], isFinished: false }

describe('replays of a store that several relays share', () => {
  test('are asked for again, less and less often, while another relay is at it or has not attempted what is due', async () => {
    const one = start(Array.from({ length: 9 }, () => 'busy' as const))
    await one.clock.advance(3_000)
    expect(one.requests.map(({ at }) => at)).toEqual([0, 50, 150, 350, 750, 1_550, 2_550])
    expect(one.requests.every(({ restMs }) => restMs === 50)).toBe(true)
    await one.runner.stop()
  })

  test('go on with the next step soon, whoever attempts the deliveries of the one before, and end once', async () => {
    const one = start([step, 'busy', step, 'busy', { ...step, isFinished: true }])
    await one.clock.advance(3_000)
    expect(one.requests.map(({ at }) => at)).toEqual([0, 50, 100, 150, 200, 250])
    expect(one.finished).toEqual(['1'])
    expect(one.clock.timers).toBe(0)
  })

  test('take a quarter of the store’s time', async () => {
    const one = start([step, step, { ...step, isFinished: true }], 40)
    await one.clock.advance(3_000)
    expect(one.requests.map(({ at }) => at)).toEqual([0, 160, 320, 480])
    expect(one.requests.map(({ restMs }) => restMs)).toEqual([50, 120, 120, 120])
  })
})
