import type { ChaosContext, ChaosResult } from '../chaos-row.ts'
import { noCounts, problemsOf } from '../chaos-row.ts'
import { agedConditions, ageEvents, lookAtAged, postOldEvents, untilAged } from '../support/aged-events.ts'
import type { FleetChanges } from '../support/fleet.ts'
import type { FaultPoint } from '../support/hook-settings.ts'
import { mostInFlight } from '../support/most-in-flight.ts'
import type { RelayUnderTest } from '../support/relay-under-test.ts'
import { startRelayUnderTest } from '../support/relay-under-test.ts'
import { startedSoon } from '../support/start-limit.ts'
import { pause, until } from '../support/wait.ts'
import type { World, WorldEnd } from '../support/world.ts'
import { endWorld, resultOf, startWorld } from '../support/world.ts'

const connections = 32
const perChain = 50
const latestKillMs = { quick: 300, full: 1_000 }
/** A point that is not reached by then never will be. One relay of three gets a third of what is posted. */
const longestLifeMs = 180_000
/** The moment of a kill counts, not how long the others wait for what the dead relay held. */
const leaseMs = 10_000
const replayEveryMs = 500
const resumeEveryMs = 500
/** So long a call is out at least. */
const slowMs = 500
/** What Subtotal sends again of what was not answered. */
const sentAgain = 500

interface Chain {
  readonly end: WorldEnd
  readonly kills: number
  readonly inCommit: number
  readonly startMs: number
}

/** Kills relays of one store while all of them are posted to, and starts others in their places. */
async function runChain(context: ChaosContext, seed: number, rounds: number): Promise<Chain> {
  const world = await startWorld(context, { store: { ...(await context.store()), leaseMs }, seed, isTireless: true })
  world.producer.keepPosting(connections)
  let kills = 0
  let inCommit = 0
  let startMs = 0
  while (kills < rounds) {
    // Now and then all of them at once.
    const places =
      kills % 7 === 6 ? world.fleet.relays.map((_, place) => place) : [Math.floor(Math.random() * world.store.relays)]
    await pause(Math.random() * (context.isQuick ? latestKillMs.quick : latestKillMs.full))
    for (const place of places) world.fleet.relays[place]?.kill()
    await Promise.all(places.map((place) => world.fleet.relays[place]?.ended))
    kills += places.length
    const started = await Promise.all(places.map((place) => world.fleet.replace(place)))
    startMs = Math.max(startMs, ...started.map((relay) => relay.startMs()))
    if (kills % 4 === 2) {
      inCommit += await dieInCommit(world, places[0] ?? 0)
      kills += 1
    }
    context.progress(`${kills + inCommit} kills`)
  }
  await world.producer.stop()
  await world.producer.postAll(world.producer.broken.slice(-sentAgain))
  return { end: await endWorld(world), kills: kills + inCommit, inCommit, startMs }
}

/** One more relay in that place, which ends in the middle of one of its first commits. Resolves to how many did. */
async function dieInCommit(world: World, place: number): Promise<number> {
  world.fleet.relays[place]?.kill()
  await world.fleet.relays[place]?.ended
  const point = Math.random() < 1 / 2 ? 'inside commit' : 'commit on its way'
  const relay = await world.fleet.replace(place, { hook: dieAt(point, 1 + Math.floor(Math.random() * 10)) })
  const isDead = await endsAtPoint(relay)
  await world.fleet.replace(place)
  return isDead ? 1 : 0
}

function dieAt(point: FaultPoint, hit: number) {
  return { reports: true, dieAt: { point, hit } } as const
}

/** Whether it ended itself at its point; it ends in any case. */
async function endsAtPoint(relay: RelayUnderTest): Promise<boolean> {
  const timer = setTimeout(() => relay.kill(), longestLifeMs)
  await relay.ended
  clearTimeout(timer)
  return relay.reports.some((line) => line.startsWith('died'))
}

/** Row 2 with relays that share a store. */
export async function killSharedAtRandom(context: ChaosContext): Promise<readonly ChaosResult[]> {
  const totals = { ...noCounts }
  const chains: Chain[] = []
  for (let left = context.rounds; left > 0; left -= perChain) {
    const chain = await runChain(context, 1 + chains.length, Math.min(left, perChain))
    chains.push(chain)
    for (const name of ['acknowledged', 'delivered', 'dead', 'waiting', 'lost', 'duplicates'] as const)
      totals[name] += chain.end.counts[name]
  }
  const kills = chains.reduce((sum, chain) => sum + chain.kills, 0)
  const inCommit = chains.reduce((sum, chain) => sum + chain.inCommit, 0)
  const slowest = Math.max(...chains.map((chain) => chain.startMs))
  const notes = [`${kills} kills, ${inCommit} of them in the middle of a commit`, `slowest restart ${Math.round(slowest)} ms`]
  const problems = problemsOf({
    'no kill was in the middle of a commit': inCommit > 0,
    'I3: more duplicates than calls in flight times the batch size': totals.duplicates <= kills * mostInFlight,
  })
  return [
    {
      fault: `${kills} kills of three relays`,
      counts: totals,
      notes,
      problems: [...new Set([...chains.flatMap(({ end }) => end.problems), ...problems])],
    },
  ]
}

/** One of the relays dies at a point, while all of them are posted to; another one takes its place. */
export async function killSharedAt(context: ChaosContext, point: FaultPoint, hit: number, seed: number): Promise<ChaosResult> {
  const store = { ...(await context.store()), leaseMs }
  const isFirst = point === 'inside migration'
  const urls = { klaviyo: 'http://127.0.0.1:1' }
  const alone = isFirst ? startRelayUnderTest({ entry: context.entry, store, urls, hook: dieAt(point, hit) }) : undefined
  alone?.url.catch(() => undefined)
  const hasDiedAlone = alone !== undefined && (await endsAtPoint(alone))
  const own = { hook: dieAt(point, hit) }
  const isAged = point === 'inside retention'
  const changes = (place: number) => (place === 0 && !isFirst && !isAged ? own : {})
  const world = await startWorld(context, { store, seed, changes, isTireless: true })
  if (point === 'inside dead-lettering') world.destinations.refuse('braze', 'subtotal_purchase')
  if (point === 'while draining') await world.destinations.proxies.braze.setMode({ kind: 'slow', delayMs: slowMs })
  if (isAged) await startInAged(context, world, own)
  world.producer.keepPosting(connections)
  const hasDied = hasDiedAlone || (await dieUnderLoad(world, point))
  const inFlight = world.producer.inFlight
  const aged = isAged ? await lookAtAged(store) : undefined
  const { startMs } = isFirst ? world.relay : await world.fleet.replace(0, {})
  const isSoon = await startedSoon(context, startMs())
  await world.destinations.proxies.klaviyo.setMode({ kind: 'pass' })
  if (isAged) await untilAged(context, store)
  await world.producer.stop()
  await world.producer.postAll(world.producer.broken)
  world.destinations.recover('braze')
  // After so many rejections the lane may be blocked, and would try again in five minutes.
  if (point === 'inside dead-lettering') await resume(world.url, 'braze')
  const end = await endWorld(world, { mayDie: point === 'inside dead-lettering' })
  return resultOf(point, end, [`${inFlight} requests in flight`, `restart ${Math.round(startMs())} ms`], {
    'the point was not reached': hasDied,
    'the next start took longer than 2 s': isSoon,
    ...(aged === undefined ? {} : agedConditions(context, aged, await lookAtAged(store))),
    'I3: more duplicates than calls in flight times the batch size':
      point === 'inside replay insert' || end.counts.duplicates <= mostInFlight,
  })
}

/** Retention begins when a relay starts, and when it has been through everything waits for an hour. */
async function startInAged(context: ChaosContext, world: World, changes: FleetChanges): Promise<void> {
  await postOldEvents(context, world)
  world.relay.kill()
  await world.relay.ended
  await ageEvents(world.store)
  // It may end before it says where it listens.
  void world.fleet.replace(0, changes).catch(() => undefined)
}

async function dieUnderLoad({ fleet, relay, url }: World, point: FaultPoint): Promise<boolean> {
  if (point === 'while draining') void stopWithCall(relay)
  const replay = point === 'inside replay insert' ? setInterval(() => void replayDelivered(url), replayEveryMs) : undefined
  // Once the others' rejections have blocked the lane, this one would reject nothing.
  const unblock = point === 'inside dead-lettering' ? setInterval(() => void resume(url, 'braze'), resumeEveryMs) : undefined
  const isDead = await endsAtPoint(relay)
  for (const timer of [replay, unblock]) clearInterval(timer)
  return isDead && fleet.relays[0] === relay
}

/** Stops it while a call of its own is out. */
async function stopWithCall(relay: RelayUnderTest): Promise<void> {
  await until(() => relay.reports.some((line) => line.startsWith('batch braze ')), longestLifeMs)
  await relay.stop()
}

async function resume(url: string, destination: string): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const path = `${url}/api/v1/destinations/${destination}/resume`
  await fetch(path, { method: 'POST', body: '{}', headers }).catch(() => undefined)
}

/** The relay dies of it before it answers, or after. */
async function replayDelivered(url: string): Promise<void> {
  const body = JSON.stringify({ deliveries: { status: 'delivered' }, dryRun: false, limit: 1_000_000 })
  const headers = { 'content-type': 'application/json' }
  await fetch(`${url}/api/v1/replays`, { method: 'POST', body, headers }).catch(() => undefined)
}
