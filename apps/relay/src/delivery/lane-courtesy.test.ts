import { expect, onTestFinished, test } from 'vitest'
import { startLane } from '../../test/support/lane-harness.ts'
import { createSharedLanes } from '../../test/support/shared-lanes.ts'
import { createLane } from './create-lane.ts'

/** A lane beside an ingest that is busy until `pass` is called. */
async function startBesideIngest() {
  const harness = await startLane()
  await harness.lane.stop(AbortSignal.abort())
  const passing = Promise.withResolvers<void>()
  let isBusy = true
  const { connector, events, clock } = harness
  const lanes = createSharedLanes(clock.elapsed, () => Promise.resolve())
  const store = { ...harness.store, sharing: lanes.join() }
  const ingest = { isBusy: () => isBusy, drained: () => passing.promise }
  const lane = createLane({ destination: 'one', connector, store, events, clock, ingest })
  lane.start()
  onTestFinished(() => lane.stop(AbortSignal.abort()))
  return {
    ...harness,
    told: lanes.told,
    async put(id: string) {
      await harness.put(id)
      lane.notify(1)
    },
    pass() {
      isBusy = false
      passing.resolve()
    },
  }
}

test('what comes in is stored before more is delivered', async () => {
  const { clock, connector, put, pass } = await startBesideIngest()
  await put('a')
  await clock.advance(500)
  expect(connector.calls).toEqual([])
  pass()
  await clock.advance(0)
  expect(connector.calls).toEqual([['a']])
})

test('delivery goes on, one claim a second, however long it comes in', async () => {
  const { clock, connector, put } = await startBesideIngest()
  await put('a')
  await clock.advance(2_500)
  expect(connector.calls).toEqual([['a']])
  await put('b')
  await clock.advance(2_500)
  expect(connector.calls).toEqual([['a'], ['b']])
})

test.each([
  [100, []],
  [500, [{ kind: 'due', destination: 'one' }]],
])('other relays are told when what comes in kept it waiting for long: after %i ms', async (waitMs, told) => {
  const beside = await startBesideIngest()
  await beside.put('a')
  await beside.clock.advance(waitMs)
  beside.pass()
  await beside.clock.advance(0)
  expect(beside.connector.calls).toEqual([['a']])
  expect(beside.told).toEqual(told)
})
