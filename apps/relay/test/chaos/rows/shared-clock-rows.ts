import type { ChaosContext, ChaosResult } from '../chaos-row.ts'
import { pause, until } from '../support/wait.ts'
import type { World } from '../support/world.ts'
import { endWorld, resultOf, startWorld } from '../support/world.ts'

const minuteMs = 60_000
const offsets = [0, 5 * minuteMs, -5 * minuteMs]
const events = 200
const callMs = 3_000
const longestMs = 60_000

function linesWith(world: World, start: string): number {
  return world.reports.filter((line) => line.startsWith(start)).length
}

/** Row 18 with relays that share a store: machines whose clocks differ by minutes, one of which is corrected while calls are out. */
export async function clocksApart(context: ChaosContext): Promise<ChaosResult> {
  const world = await startWorld(context, {
    seed: 510,
    changes: (place) => ({ hook: { reports: true, clockOffsetMs: offsets[place] ?? 0 } }),
  })
  await world.producer.postMany(events)
  await world.destinations.proxies.klaviyo.setMode({ kind: 'refuse' })
  await world.destinations.proxies.braze.setMode({ kind: 'slow', delayMs: callMs })
  const before = linesWith(world, 'batch braze ')
  await world.producer.postMany(events)
  await until(() => linesWith(world, 'batch braze ') >= before + 2, longestMs)
  await world.relay.command({ kind: 'jump', ms: 60 * minuteMs })
  await world.producer.postMany(events)
  const spent = linesWith(world, 'attempted klaviyo retry')
  await pause(context.isQuick ? 12_000 : minuteMs)
  const soon = linesWith(world, 'attempted klaviyo retry') - spent
  await world.destinations.proxies.braze.setMode({ kind: 'pass' })
  await world.destinations.proxies.klaviyo.setMode({ kind: 'pass' })
  const end = await endWorld(world, { drainMs: 600_000 })
  return resultOf(
    'three machines 5 min apart, one of which jumps 1 h forward',
    end,
    [`${soon} failed attempts of ${2 * events} waiting events soon after`, `${end.counts.duplicates} sent twice`],
    {
      'no early end of a lease: something was sent twice': end.counts.duplicates === 0,
      'a storm of retries': soon <= 4 * events,
    },
  )
}
