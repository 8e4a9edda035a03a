import { expect, test } from 'vitest'
import { createVirtualClock } from '../../test/support/virtual-clock.ts'
import { createRelayEvents } from '../observability/relay-events.ts'
import type { IdentityStep } from '../store/identity-store.ts'
import { createIdentityRunner } from './identity-runner.ts'

test('while another relay looks for late identifiers it is asked again each second: that one may not have seen what is new', async () => {
  const clock = createVirtualClock(0)
  const answers: IdentityStep[] = [
    { replays: [], hasMore: true, isBusy: true },
    { replays: [], hasMore: true },
    { replays: [], hasMore: false },
  ]
  const asked: number[] = []
  const runner = createIdentityRunner({
    store: {
      async advanceIdentities() {
        asked.push(clock.elapsed())
        return answers.shift() ?? { replays: [], hasMore: false }
      },
    },
    destinations: ['one'],
    events: createRelayEvents(),
    clock,
    onReplay: () => undefined,
  })
  runner.start()
  await clock.advance(5_000)
  expect(asked).toEqual([0, 1_000, 1_010])
  expect(clock.timers).toBe(0)
  await runner.stop()
})
