import type { ChaosResult, ChaosRow } from '../chaos-row.ts'
import { openSlowClients } from '../support/open-slow-clients.ts'
import { inMs, percentile } from '../support/percentile.ts'
import { runLoad } from '../support/run-load.ts'
import type { World } from '../support/world.ts'
import { endWorld, resultOf, startWorld } from '../support/world.ts'

/** The relay gives a request 30 s to come whole. */
const cutOffMs = 45_000
/** Of those that are to be there at a time, while some are cut off and come again. */
const shareThatIsThere = 0.9

/** Clients as they should be, in a process of their own. */
async function goodClients(
  world: World,
  seed: number,
  forMs: number,
): Promise<{ readonly p99: number; readonly areTaken: boolean }> {
  const warmUp = { perSecond: 100, forMs: 3_000, restMs: 0, isMeasured: false }
  const { latencies, statuses, sent } = await runLoad({
    url: world.url,
    seed,
    phases: [warmUp, { perSecond: 100, forMs, restMs: 0, isMeasured: true }],
  })
  world.oracle.adopt(sent)
  return { p99: percentile(latencies, 0.99), areTaken: statuses.every(([status]) => status === 202) }
}

/** Row 24: slow clients beside good ones. Whoever is cut off while it is measured comes again. */
export const slowClients: ChaosRow = {
  id: '24',
  name: 'slow clients',
  async run(context) {
    const results: ChaosResult[] = []
    const forMs = context.isQuick ? 3_000 : 20_000
    for (const [kind, count, name] of [
      ['headers', 500, '500 clients that send a header byte every 10 s'],
      ['body', 500, '500 clients that send a body byte every 10 s'],
      ['idle', 5_000, '5,000 idle connections'],
    ] as const) {
      const world = await startWorld(context, { seed: 640 })
      const before = await goodClients(world, 641, forMs)
      const slow = await openSlowClients(world.url, count, kind)
      const during = await goodClients(world, 642, forMs)
      const fewest = slow.fewest()
      const left = await slow.waitForCut(cutOffMs)
      slow.end()
      const end = await endWorld(world)
      results.push(
        resultOf(
          name,
          end,
          [
            `good clients p99 ${inMs(before.p99)} before, ${inMs(during.p99)} beside them`,
            `at least ${fewest} of them at a time`,
            `${slow.cutOff()} cut off, ${left} left`,
          ],
          {
            'good clients had twice the p99': during.p99 <= 2 * before.p99 + 10,
            'good clients were refused': before.areTaken && during.areTaken,
            'slow ones were not all there': fewest >= shareThatIsThere * count,
            'slow ones are not cut off': left === 0,
          },
        ),
      )
    }
    return results
  },
}
