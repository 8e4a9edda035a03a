import { expect, onTestFinished, test } from 'vitest'
import { startLane } from '../../test/support/lane-harness.ts'
import { createSharedLanes } from '../../test/support/shared-lanes.ts'
import type { Store } from '../store/store.ts'
import { createLane } from './create-lane.ts'
import type { LaneSettings } from './lane-settings.ts'

const secondMs = 1_000

/** A lane of a store that it shares, which can be away. */
async function startShared(settings: LaneSettings = {}) {
  const harness = await startLane()
  await harness.lane.stop(AbortSignal.abort())
  const { connector, events, clock } = harness
  const lanes = createSharedLanes(clock.elapsed, () => Promise.resolve())
  const store: Store = {
    ...harness.store,
    sharing: lanes.join(),
    async claim(request) {
      if (lanes.isAway) throw new Error('The store is away.')
      return harness.store.claim(request)
    },
  }
  const lane = createLane({ destination: 'one', connector, store, events, clock, settings })
  onTestFinished(() => lane.stop(AbortSignal.abort()))
  lane.start()
  await clock.advance(0)
  return { ...harness, lane, lanes }
}

test.each([
  ['a minute: other relays get three seconds to record what they have sent', 60 * secondMs, 3 * secondMs],
  ['a moment: leases have not ended, and it goes on', 5 * secondMs, 0],
])('a store that was away for %s', async (_name, awayMs, graceMs) => {
  const { lane, lanes, clock, connector, put } = await startShared()
  lanes.isAway = true
  await put('a')
  lane.notify(1)
  await clock.advance(awayMs)
  lanes.isAway = false
  await clock.advance(graceMs === 0 ? secondMs : graceMs - 100)
  expect(connector.calls).toHaveLength(graceMs === 0 ? 1 : 0)
  await clock.advance(2 * secondMs)
  expect(connector.calls).toEqual([['a']])
})

const isDue = { kind: 'due', destination: 'one' }

test('other relays are told of what this one cannot take: all its calls are under way, or it stops', async () => {
  const { lane, lanes, clock, connector, put } = await startShared({ concurrency: 1 })
  connector.hold()
  await put('a')
  lane.notify(1)
  await clock.advance(secondMs)
  expect(connector.calls).toEqual([['a']])
  expect(lanes.told).toEqual([])
  await put('b')
  lane.notify(1)
  await clock.advance(secondMs)
  expect(lanes.told).toEqual([isDue])
  // What the others cannot take either goes round no further.
  await lane.look()
  await clock.advance(secondMs)
  expect(lanes.told).toEqual([isDue])
  connector.release()
  await clock.advance(secondMs)
  expect(connector.calls).toEqual([['a'], ['b']])
  expect(lanes.told).toEqual([isDue])
  await put('c')
  lane.notify(1)
  await lane.stop(AbortSignal.abort())
  await put('d')
  lane.notify(1)
  expect(lanes.told).toEqual([isDue, isDue, isDue])
})
