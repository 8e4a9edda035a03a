import { createServer } from 'node:http'
import pg from 'pg'
import type { ChaosContext, ChaosResult, ChaosRow } from '../chaos-row.ts'
import { postgresOf } from '../support/chaos-store.ts'
import { inMs, percentile } from '../support/percentile.ts'
import type { World } from '../support/world.ts'
import { endWorld, resultOf, startWorld } from '../support/world.ts'

const perSecond = 50
const mostClaimMs = 100

/** What claims may take; twice as long as before where the machine is too slow for that even without the fault. */
function mostMs(beforeMs: number): number {
  return beforeMs < mostClaimMs ? mostClaimMs : 2 * beforeMs
}

/** How long the claims of all relays took that were made while this was posted. */
async function claimsDuring(world: World, forMs: number): Promise<readonly number[]> {
  const before = world.reports.length
  await world.producer.postSteadily(perSecond, forMs)
  return world.reports.slice(before).flatMap((line) => {
    const took = /^claim took (.*)$/.exec(line)?.[1]
    return took === undefined ? [] : Number(took)
  })
}

async function holdBack(context: ChaosContext): Promise<ChaosResult> {
  const forMs = context.isQuick ? 20_000 : 30 * 60_000
  const alerts: string[] = []
  const receiver = createServer((request, response) => {
    request.setEncoding('utf8').on('data', (text: string) => void alerts.push(text))
    request.on('end', () => response.end())
  })
  await new Promise<void>((resolve) => void receiver.listen(0, '127.0.0.1', resolve))
  const address = receiver.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const env = { RELAY_ALERT_URL: `http://127.0.0.1:${port}/` }
  const world = await startWorld(context, { hook: { reports: true }, seed: 270, env })
  await claimsDuring(world, 3_000)
  const before = percentile(await claimsDuring(world, context.isQuick ? 5_000 : 60_000), 0.99)
  const foreign = new pg.Client({ connectionString: postgresOf(world.store).adminUrl })
  await foreign.connect()
  await foreign.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT txid_current(), count(*) FROM relay.deliveries')
  await claimsDuring(world, forMs / 2)
  const during = percentile(await claimsDuring(world, forMs / 2), 0.99)
  const hasAlert = alerts.some((text) => text.includes('cleanup_held_back'))
  await foreign.end()
  const end = await endWorld(world)
  receiver.close()
  receiver.closeAllConnections()
  const notes = [
    `claims p99 ${inMs(before)} before, ${inMs(during)} in the second half of it`,
    hasAlert ? 'alert cleanup_held_back came' : `no alert cleanup_held_back${context.isQuick ? ': it comes after 5 min' : ''}`,
  ]
  return resultOf(`a foreign transaction is open for ${forMs / 1_000} s at ${perSecond}/s`, end, notes, {
    [`claims took longer than ${inMs(mostMs(before))}, and nobody was told`]: hasAlert || during < mostMs(before),
    'the alert did not come in half an hour': context.isQuick || hasAlert,
  })
}

/** Row 27: PostgreSQL cannot remove what is no longer current. */
export const heldCleanup: ChaosRow = {
  id: '27',
  name: 'PostgreSQL cleanup held back',
  stores: ['postgres'],
  run: async (context) => [await holdBack(context)],
}
