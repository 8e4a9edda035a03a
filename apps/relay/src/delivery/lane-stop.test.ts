import { expect, test } from 'vitest'
import { startLane } from '../../test/support/lane-harness.ts'

test('a lane that stops while it claims waits for what it claimed', async () => {
  const { clock, store, lane, connector, put, delivery } = await startLane()
  const claimBegun = Promise.withResolvers<void>()
  const goOn = Promise.withResolvers<void>()
  const claim = store.claim
  Object.assign(store, {
    claim: async (request: Parameters<typeof claim>[0]) => {
      claimBegun.resolve()
      await goOn.promise
      return claim(request)
    },
  })
  await put('a')
  const advanced = clock.advance(1_000)
  await claimBegun.promise
  const stopped = lane.stop(new AbortController().signal)
  goOn.resolve()
  await stopped
  expect(connector.calls).toStrictEqual([['a']])
  expect(await delivery('a')).toMatchObject({ status: 'delivered' })
  await advanced
})
