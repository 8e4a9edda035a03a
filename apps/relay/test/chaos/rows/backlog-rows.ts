import { execFile } from 'node:child_process'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import type { ChaosContext, ChaosResult, ChaosRow } from '../chaos-row.ts'
import { bothStores, noCounts, problemsOf } from '../chaos-row.ts'
import type { ChaosStore } from '../support/chaos-store.ts'
import { numberOf } from '../support/chaos-store.ts'
import { copyEvent } from '../support/copy-event.ts'
import { startDestinations } from '../support/destinations.ts'
import { drain } from '../support/drain.ts'
import { createOracle } from '../support/oracle.ts'
import { inMs, percentile } from '../support/percentile.ts'
import { createProducer, createPurchases } from '../support/producer.ts'
import { startRelayUnderTest, urlsOf } from '../support/relay-under-test.ts'
import { sqliteStore } from '../support/sqlite-stores.ts'
import type { World } from '../support/world.ts'
import { endWorld, restartWorld, resultOf, startWorld } from '../support/world.ts'

const mebibyte = 1024 ** 2
const readyWithinMs = 5_000
const mostMebibytes = 300
const destinations = 3

/** A store with so many deliveries of one status, made of copies of one event that a relay has stored. */
export async function buildStore(
  context: ChaosContext,
  store: ChaosStore,
  deliveries: number,
  status: 'pending' | 'delivered',
): Promise<void> {
  const oracle = createOracle()
  const mocks = await startDestinations(oracle)
  if (status === 'pending') for (const proxy of Object.values(mocks.proxies)) await proxy.setMode({ kind: 'refuse' })
  const relay = startRelayUnderTest({ entry: context.entry, store, urls: mocks.urls })
  const producer = createProducer({ urls: await urlsOf(relay), oracle, purchases: createPurchases(900) })
  await producer.post()
  await producer.stop()
  if (status === 'delivered') await drain(relay)
  await relay.stop()
  await mocks.close()
  await copyEvent(store, Math.floor(deliveries / destinations) - 1)
}

async function statusCounts(store: ChaosStore): Promise<{ waiting: number; delivered: number; all: number }> {
  const count = (where: string) => numberOf(store, `SELECT count(*) FROM deliveries ${where}`)
  return {
    waiting: await count("WHERE status = 'pending'"),
    delivered: await count("WHERE status = 'delivered'"),
    all: await count(''),
  }
}

/** Row 30: a start with a long backlog. */
export const backlog: ChaosRow = {
  id: '30',
  name: 'backlog, then restart',
  async run(context): Promise<readonly ChaosResult[]> {
    const wanted = context.isQuick ? 100_000 : 1_000_000
    const store = await context.store()
    await buildStore(context, store, wanted, 'pending')
    const before = await statusCounts(store)
    const mocks = await startDestinations(createOracle())
    const relay = startRelayUnderTest({ entry: context.entry, store, urls: mocks.urls })
    const url = await relay.url
    const ready = await fetch(`${url}/readyz`)
    const readyMs = relay.startMs()
    await new Promise((resolve) => setTimeout(resolve, 20_000))
    const peak = relay.peakBytes() / mebibyte
    await relay.stop()
    await mocks.close()
    const after = await statusCounts(store)
    return [
      {
        fault: `start with ${before.waiting} waiting deliveries`,
        counts: {
          ...noCounts,
          acknowledged: after.all / destinations,
          delivered: after.delivered,
          waiting: after.waiting,
          lost: after.all - after.delivered - after.waiting,
        },
        notes: [`ready in ${Math.round(readyMs)} ms`, `${Math.round(peak)} MiB while delivering for 20 s`],
        problems: problemsOf({
          'it is not ready': ready.status === 200,
          'it took longer than 5 s': readyMs < readyWithinMs,
          'it needed more than 300 MiB': peak < mostMebibytes,
          'it delivered nothing': after.delivered > 0,
          'deliveries are gone': after.delivered + after.waiting === before.all,
        }),
      },
    ]
  },
}

/** Row 35: a destination is removed while deliveries wait for it, and comes back. */
export const removedDestination: ChaosRow = {
  id: '35',
  name: 'destination removed with rows waiting',
  async run(context) {
    const world = await startWorld(context, { seed: 950 })
    await world.destinations.proxies.klaviyo.setMode({ kind: 'refuse' })
    await world.producer.postMany(200)
    await world.producer.stop()
    await world.relay.stop()
    const { braze, customerio } = world.destinations.urls
    const without = startRelayUnderTest({
      entry: context.entry,
      store: world.store,
      urls: { braze, customerio },
      onLog: world.watch.line,
    })
    const ready = JSON.stringify(await (await fetch(`${await without.url}/readyz`)).json())
    const stats = JSON.stringify(await without.get('/api/v1/stats'))
    await new Promise((resolve) => setTimeout(resolve, 3_000))
    await without.stop()
    const held = (await statusCounts(world.store)).waiting
    await world.destinations.proxies.klaviyo.setMode({ kind: 'pass' })
    const end = await endWorld(await restartWorld(context, world))
    return [
      resultOf('destination removed for a start, then back', end, [`${held} held meanwhile`], {
        'they were not held': held === 200,
        '/readyz does not show it': ready.includes('klaviyo'),
        '/api/v1/stats does not show it': stats.includes('klaviyo'),
      }),
    ]
  },
}

async function liveLatency(world: World, forMs: number): Promise<number> {
  world.oracle.resetLatencies()
  await world.producer.postSteadily(50, forMs)
  await new Promise((resolve) => setTimeout(resolve, 2_000))
  return percentile(
    (['braze', 'klaviyo', 'customerio'] as const).flatMap((name) => world.oracle.latencies(name)),
    0.99,
  )
}

function replay(world: World, limit: number): Promise<Response> {
  const body = JSON.stringify({ deliveries: { status: 'delivered' }, dryRun: false, limit })
  return fetch(`${world.url}/api/v1/replays`, { method: 'POST', body, headers: { 'content-type': 'application/json' } })
}

/** Row 31: a mass replay beside live traffic. */
export const massReplay: ChaosRow = {
  id: '31',
  name: 'mass replay during live load',
  stores: bothStores,
  async run(context) {
    const wanted = context.isQuick ? 50_000 : 1_000_000
    const forMs = context.isQuick ? 8_000 : 30_000
    const store = await context.store()
    await buildStore(context, store, wanted, 'delivered')
    const world = await startWorld(context, { seed: 960, store })
    await liveLatency(world, 3_000)
    const before = await liveLatency(world, forMs)
    const capped = await replay(world, 100)
    const startedAt = performance.now()
    const taken = await replay(world, 2 * wanted)
    const answerMs = performance.now() - startedAt
    const during = await liveLatency(world, forMs)
    const audit = JSON.stringify(await world.relay.get('/api/v1/audit'))
    const end = await endWorld(world, { drainMs: 5_000, mayWait: true })
    const notes = [`live p99 ${inMs(before)} before, ${inMs(during)} during`, `the replay was answered after ${inMs(answerMs)}`]
    return [
      resultOf(`replay of ${wanted} deliveries beside 50/s`, end, notes, {
        'a replay over its limit was not refused': capped.status === 400,
        [`the replay was answered ${taken.status}`]: taken.status === 202,
        'live traffic had twice the p99': during <= 2 * before + 50,
        'there is no audit row': audit.includes('replay'),
      }),
    ]
  },
}

const run = promisify(execFile)

function command(context: ChaosContext, folder: string, args: readonly string[]): Promise<unknown> {
  const flags = context.entry.endsWith('.ts')
    ? ['--conditions=@subtotal-connectors/source', '--disable-warning=ExperimentalWarning']
    : []
  const env = { PATH: process.env['PATH'] ?? '', RELAY_STORE: 'sqlite:relay.db' }
  return run(process.execPath, [...flags, context.entry, ...args], { cwd: folder, env })
}

/** Row 39: a backup under load, restored elsewhere. */
export const backups: ChaosRow = {
  id: '39',
  name: 'backup while running, restore elsewhere',
  async run(context) {
    const world = await startWorld(context, { seed: 970 })
    world.producer.keepPosting(32)
    await new Promise((resolve) => setTimeout(resolve, context.isQuick ? 2_000 : 10_000))
    const before = new Set([...world.oracle.sent].filter((one) => one.isAcknowledged).map((one) => one.id))
    const elsewhere = context.folder()
    await command(context, world.store.folder, ['backup', join(elsewhere, 'backup.db')])
    await new Promise((resolve) => setTimeout(resolve, 500))
    await world.producer.stop()
    await world.relay.stop()
    await command(context, elsewhere, ['restore', 'backup.db'])
    for (const one of world.oracle.sent) one.isAcknowledged = before.has(one.id)
    const end = await endWorld(await restartWorld(context, world, sqliteStore(elsewhere)))
    return [resultOf('backup under load, restored in another folder', end, [`${before.size} acknowledged before the backup`])]
  },
}
