import { setTimeout } from 'node:timers/promises'
import type { ChaosContext, ChaosResult, ChaosRow } from '../chaos-row.ts'
import type { ChaosStore } from '../support/chaos-store.ts'
import { numberOf, postgresOf } from '../support/chaos-store.ts'
import { heldDeliveries, stillHeld } from '../support/held-deliveries.ts'
import { mostInFlight } from '../support/most-in-flight.ts'
import type { NetworkLink } from '../support/network-link.ts'
import { startNetworkLink, throughLink } from '../support/network-link.ts'
import { createProducer } from '../support/producer.ts'
import type { RelayUnderTest } from '../support/relay-under-test.ts'
import { until } from '../support/wait.ts'
import type { World } from '../support/world.ts'
import { endWorld, resultOf, startWorld } from '../support/world.ts'

const secondMs = 1_000
const mostCuts = 20
const relayLeaseMs = 60_000
/** How much later than the end of a lease its deliveries may be taken over. */
const takeOverMs = 5_000
/** A call is under way for so long; less than it may take. */
const callMs = 6_000
const events = 60
const longestMs = 60_000
/** Storing that hangs is given up after 5 s: Subtotal waits for 10 s. */
const longest503Ms = 8_000

function leaseOf({ store }: World): number {
  return store.leaseMs ?? relayLeaseMs
}

function staleOf(relay: RelayUnderTest): number {
  return relay.reports.reduce((sum, line) => sum + Number(/^stale (\d+)/.exec(line)?.[1] ?? 0), 0)
}

function callsTo(relay: RelayUnderTest, destination: string): number {
  return relay.reports.filter((line) => line.startsWith(`batch ${destination} `)).length
}

/** A producer that posts to these alone. */
function producerFor(world: World, urls: readonly string[]) {
  const { oracle, purchases, now } = world
  return createProducer({ urls: () => urls, oracle, purchases, now })
}

async function pauseProcess(context: ChaosContext): Promise<ChaosResult> {
  const world = await startWorld(context, { hook: { reports: true }, seed: 280 })
  const { fleet, destinations, store } = world
  await world.producer.postMany(events)
  await until(async () => (await heldDeliveries(store)).size === 0, longestMs)
  await destinations.proxies.braze.setMode({ kind: 'slow', delayMs: callMs })
  const before = fleet.relays.map((relay) => relay.reports.length)
  const calls = (relay: RelayUnderTest, place: number) =>
    relay.reports.slice(before[place]).some((line) => line.startsWith('batch braze'))
  await world.producer.postMany(events)
  await until(() => fleet.relays.some(calls), longestMs)
  const place = fleet.relays.findIndex(calls)
  const paused = fleet.relays[place] ?? world.relay
  const others = fleet.relays.filter((relay) => relay !== paused)
  process.kill(paused.pid, 'SIGSTOP')
  const pausedAt = performance.now()
  const held = await heldByOthersThan(world, others)
  const urls = await Promise.all(others.map((relay) => relay.url))
  const meanwhile = producerFor(world, urls)
  await meanwhile.postMany(events)
  const isTakenOver = await until(async () => (await stillHeld(store, held)) === 0, leaseOf(world) + longestMs)
  const takenOverMs = isTakenOver === undefined ? undefined : performance.now() - pausedAt
  process.kill(paused.pid, 'SIGCONT')
  await until(() => staleOf(paused) > 0, longestMs)
  // The calls of those who took over are still under way, and end only now.
  await setTimeout(callMs + 2 * secondMs)
  await destinations.proxies.braze.setMode({ kind: 'pass' })
  await meanwhile.stop()
  const metrics = await (await fetch(`${await paused.url}/metrics`)).text()
  const stale = staleOf(paused)
  const end = await endWorld(world, { mayLoseLeases: true })
  const notes = [
    `${held.size} deliveries held, taken over after ${inSeconds(takenOverMs)} of a lease of ${inSeconds(leaseOf(world))}`,
    `${stale} late results refused`,
  ]
  return resultOf('a process is paused for longer than its lease in the middle of a call', end, notes, {
    'it held nothing, so nothing is proved': held.size > 0,
    'what it held was not taken over in time': (takenOverMs ?? Number.POSITIVE_INFINITY) <= leaseOf(world) + takeOverMs,
    'I4: its late results were taken': stale > 0,
    'I4: results of those who took over were refused': others.every((relay) => staleOf(relay) === 0),
    'its late results were not counted': /relay_stale_settle_rejected_total\{[^}]*\} [1-9]/.test(metrics),
    'a webhook was refused meanwhile': meanwhile.statuses.get(202) === events,
    'I3: more duplicates than were in flight': end.counts.duplicates <= mostInFlight,
  })
}

/** What is leased when nobody else has a call under way: by the one that is paused. */
async function heldByOthersThan({ store }: World, others: readonly RelayUnderTest[]): Promise<ReadonlyMap<number, string>> {
  await setTimeout(callMs + 2_000)
  if (others.length === 0) throw new Error('There is no other relay.')
  return heldDeliveries(store)
}

/** What one relay has is taken over although nobody tells the others, and nothing is posted to them. */
async function killUnheard(context: ChaosContext): Promise<ChaosResult> {
  const env = { RELAY_STORE_LISTEN: 'off' }
  const world = await startWorld(context, { hook: { reports: true }, seed: 285, env })
  const { fleet, destinations, store, relay: doomed } = world
  await destinations.proxies.braze.setMode({ kind: 'slow', delayMs: callMs })
  const toIt = producerFor(world, [world.url])
  await until(async () => {
    await toIt.postMany(10)
    return callsTo(doomed, 'braze') > 0
  }, longestMs)
  doomed.kill()
  const killedAt = performance.now()
  await doomed.ended
  await toIt.stop()
  const held = await heldDeliveries(store)
  const isTakenOver = await until(async () => (await stillHeld(store, held)) === 0, leaseOf(world) + longestMs)
  const takenOverMs = isTakenOver === undefined ? undefined : performance.now() - killedAt
  await fleet.replace(0)
  const end = await endWorld(world)
  const notes = [
    `${held.size} deliveries held, taken over after ${inSeconds(takenOverMs)} of a lease of ${inSeconds(leaseOf(world))}`,
  ]
  return resultOf('a relay is killed, and the others hear of nothing', end, notes, {
    'it held nothing, so nothing is proved': held.size > 0,
    'what it held was not taken over in time': (takenOverMs ?? Number.POSITIVE_INFINITY) <= leaseOf(world) + takeOverMs,
    'I3: more duplicates than were in flight': end.counts.duplicates <= mostInFlight,
  })
}

/** Row 28: a process is paused, and goes on when others have what it had. */
export const pausedProcess: ChaosRow = {
  id: '28',
  name: 'process paused for longer than its lease',
  stores: ['postgres'],
  run: async (context) => [await pauseProcess(context), await killUnheard(context)],
}

async function splitNetwork(context: ChaosContext): Promise<ChaosResult> {
  const store = await context.store()
  const { url: database } = postgresOf(store)
  const link = await startNetworkLink(Number(new URL(database).port))
  const own = { env: { RELAY_STORE: throughLink(database, link) } }
  const world = await startWorld(context, {
    store,
    hook: { reports: true },
    seed: 290,
    changes: (place) => (place === 0 ? own : {}),
  })
  const { fleet, destinations, relay: cutOff } = world
  const others = fleet.relays.filter((relay) => relay !== cutOff)
  const [ownUrl, ...otherUrls] = await Promise.all(fleet.relays.map((relay) => relay.url))
  await destinations.proxies.braze.setMode({ kind: 'slow', delayMs: secondMs })
  const toIt = producerFor(world, [ownUrl ?? ''])
  toIt.keepPosting(32)
  const hasLocks = await cutInTransaction(store, link, cutOff)
  const cutAt = performance.now() - secondMs
  const answered = until(() => toIt.statuses.has(503), longest503Ms + longestMs)
  const toOthers = producerFor(world, otherUrls)
  const posting = toOthers.postSteadily(20, leaseOf(world) + takeOverMs)
  // What others had in flight is settled by then.
  await setTimeout(4 * secondMs)
  const held = await heldDeliveries(store)
  const isTakenOver = await until(async () => (await stillHeld(store, held)) === 0, leaseOf(world) + longestMs)
  const takenOverMs = isTakenOver === undefined ? undefined : performance.now() - cutAt
  await posting
  const refusedMs = await answered
  const ready = await fetch(`${ownUrl}/readyz`, { signal: AbortSignal.timeout(longestMs) }).then(
    ({ status }) => status,
    () => 0,
  )
  link.mend()
  await destinations.proxies.braze.setMode({ kind: 'pass' })
  await toIt.stop()
  const again = producerFor(world, [ownUrl ?? ''])
  const backMs = await until(async () => (await again.post()) === 202, longestMs)
  await again.stop()
  await toOthers.stop()
  const end = await endWorld(world, { mayLoseLeases: true })
  await link.close()
  const notes = [
    `${held.size} deliveries held, taken over after ${inSeconds(takenOverMs)} of a lease of ${inSeconds(leaseOf(world))}`,
    `503 after ${inSeconds(refusedMs)}, 202 again ${inSeconds(backMs)} after the split`,
    `others' acknowledgements at most ${inSeconds(Math.max(...toOthers.latencies))}`,
  ]
  return resultOf('a relay and the database do not reach each other', end, notes, {
    'it held nothing, so nothing is proved': (takenOverMs ?? 0) > leaseOf(world) / 2 && hasLocks,
    'what it held was not taken over in time': (takenOverMs ?? Number.POSITIVE_INFINITY) <= leaseOf(world) + takeOverMs,
    'it did not answer 503': (refusedMs ?? Number.POSITIVE_INFINITY) <= longest503Ms,
    'it called itself ready': ready === 503,
    'it did not come back by itself': backMs !== undefined,
    'others refused a webhook': [...toOthers.statuses.keys()].every((status) => status === 202),
    'I4: results of those who took over were refused': others.every((relay) => staleOf(relay) === 0),
    'I3: more duplicates than were in flight': end.counts.duplicates <= mostInFlight,
  })
}

function inSeconds(ms: number | undefined): string {
  return ms === undefined ? 'never' : `${(ms / 1_000).toFixed(1)} s`
}

/** Transactions that have stored something, and that nothing more is heard of. */
const stuck = `SELECT count(*) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN pg_stat_activity a ON a.pid = l.pid
  WHERE c.relname = 'connections' AND a.state = 'idle in transaction' AND a.state_change < clock_timestamp() - interval '500 ms'`

/** Cuts it off while a transaction of its holds locks that others need, and a call that takes a second has just been made. */
async function cutInTransaction(store: ChaosStore, link: NetworkLink, relay: RelayUnderTest): Promise<boolean> {
  for (let tries = 0; tries < mostCuts; tries += 1) {
    const before = callsTo(relay, 'braze')
    await until(() => callsTo(relay, 'braze') > before, longestMs)
    link.cut()
    await setTimeout(secondMs)
    if ((await numberOf(store, stuck)) > 0) return true
    link.mend()
    await setTimeout(Math.random() * secondMs)
  }
  link.cut()
  return false
}

/** Row 29: the network between one relay and the database is cut, and mended. */
export const networkSplit: ChaosRow = {
  id: '29',
  name: 'network split between one relay and the database',
  stores: ['postgres'],
  run: async (context) => [await splitNetwork(context)],
}
