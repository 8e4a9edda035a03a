import type { ChaosContext } from '../chaos-row.ts'
import { startRelayUnderTest } from './relay-under-test.ts'

const startLimitMs = 2_000
const slower = 2

/**
 * Whether a relay was soon there again: within two seconds; or, where the machine is busy with other things, within twice the time that one
 * with an empty store needs now.
 */
export async function startedSoon(context: ChaosContext, startMs: number): Promise<boolean> {
  if (startMs <= startLimitMs) return true
  const relay = startRelayUnderTest({
    entry: context.entry,
    store: await context.store(),
    urls: { klaviyo: 'http://127.0.0.1:1' },
  })
  await relay.url
  await relay.stop()
  context.progress(`started in ${Math.round(startMs)} ms, with an empty store in ${Math.round(relay.startMs())} ms`)
  return startMs <= slower * relay.startMs()
}
