import type { ChaosContext, ChaosResult } from '../chaos-row.ts'
import { numberOf } from '../support/chaos-store.ts'
import type { ClockJump } from '../support/clock-jumps.ts'
import { drain } from '../support/drain.ts'
import { postSigned } from '../support/post-signed.ts'
import type { RelayUnderTest } from '../support/relay-under-test.ts'
import { pause, until } from '../support/wait.ts'
import type { World } from '../support/world.ts'
import { endWorld, resultOf, startWorld } from '../support/world.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const offsets = [0, 5 * minuteMs, -5 * minuteMs]
const events = 200
const callMs = 3_000
const longestMs = 60_000
/** In the first minute no retry is that far off, nor is a probe. */
const farthestDueMs = 10 * minuteMs
const pending = "FROM deliveries WHERE status = 'pending'"
/** Of a capture: inside and outside of the window of 24 h by each of the clocks, wherever they are by then. */
const ages = { inside: 22 * hourMs, outside: 27 * hourMs }

function linesWith({ reports }: Pick<World, 'reports'>, start: string): number {
  return reports.filter((line) => line.startsWith(start)).length
}

/** Row 18 with relays that share a store: machines whose clocks differ by minutes, one of which is corrected while a call of its own is out. */
export async function clocksApart(context: ChaosContext, { name, ms }: ClockJump): Promise<ChaosResult> {
  const world = await startWorld(context, {
    seed: 510,
    changes: (place) => ({ hook: { reports: true, clockOffsetMs: offsets[place] ?? 0 } }),
  })
  const { fleet, store, producer } = world
  const captured = world.purchases()
  await producer.post(captured)
  await producer.postMany(events)
  // A call that is broken off may have arrived, and is made again.
  await drain(world.relay)
  await world.destinations.proxies.klaviyo.setMode({ kind: 'refuse' })
  await world.destinations.proxies.braze.setMode({ kind: 'slow', delayMs: callMs })
  const before = fleet.relays.map((relay) => linesWith(relay, 'batch braze '))
  const isCalling = (relay: RelayUnderTest, place: number) => linesWith(relay, 'batch braze ') > (before[place] ?? 0)
  await producer.postMany(events)
  await until(() => fleet.relays.some(isCalling), longestMs)
  const corrected = fleet.relays.find(isCalling)
  await corrected?.command({ kind: 'jump', ms })
  await producer.postMany(events)
  const spent = linesWith(world, 'attempted klaviyo retry')
  await pause(context.isQuick ? 12_000 : minuteMs)
  const soon = linesWith(world, 'attempted klaviyo retry') - spent
  const waiting = await numberOf(store, `SELECT count(*) ${pending}`)
  const farthest = await numberOf(store, `SELECT greatest(max(due_at - now_ms()), 0) ${pending}`)
  const posted = (age: number) => Promise.all(fleet.urls().map((url) => postSigned(url, captured.body, Date.now() - age)))
  const [inside, outside] = await Promise.all([posted(ages.inside), posted(ages.outside)])
  await world.destinations.proxies.braze.setMode({ kind: 'pass' })
  await world.destinations.proxies.klaviyo.setMode({ kind: 'pass' })
  const end = await endWorld(world, { drainMs: 600_000 })
  const notes = [
    `${soon} failed attempts soon after, ${waiting} deliveries waiting, the farthest due in ${Math.round(farthest / 1_000)} s`,
    `${end.counts.duplicates} sent twice`,
  ]
  return resultOf(`three machines 5 min apart, one of which jumps ${name}`, end, notes, {
    'it had no call out, so nothing is proved': corrected !== undefined,
    'no early end of a lease: something was sent twice': end.counts.duplicates === 0,
    'a storm of retries': soon <= 4 * events,
    'nothing waited, so nothing is proved': waiting >= 2 * events,
    'a waiting delivery is due in more than ten minutes': farthest <= farthestDueMs,
    'a capture inside the window is no duplicate': inside.every(
      ({ status, text }) => status === 202 && text.includes('duplicate'),
    ),
    'a capture outside the window is not refused': outside.every(({ status }) => status === 401),
  })
}
