import type { GeneratedWebhook } from '@subtotal-connectors/testing/mocks'
import type { ChaosContext, ChaosResult, ChaosRow } from '../chaos-row.ts'
import { bothStores, noCounts, problemsOf } from '../chaos-row.ts'
import { agedConditions, ageEvents, lookAtAged, postOldEvents, untilAged } from '../support/aged-events.ts'
import type { ChaosStore } from '../support/chaos-store.ts'
import type { Destinations } from '../support/destinations.ts'
import { startDestinations } from '../support/destinations.ts'
import { drain } from '../support/drain.ts'
import type { FaultPoint } from '../support/hook-settings.ts'
import type { Judgement } from '../support/judge.ts'
import { judge } from '../support/judge.ts'
import { createLogWatch } from '../support/log-watch.ts'
import { mostInFlight } from '../support/most-in-flight.ts'
import type { Oracle } from '../support/oracle.ts'
import { createOracle } from '../support/oracle.ts'
import type { Producer } from '../support/producer.ts'
import { createProducer, createPurchases } from '../support/producer.ts'
import type { RelayUnderTest } from '../support/relay-under-test.ts'
import { startRelayUnderTest, urlsOf } from '../support/relay-under-test.ts'
import { startedSoon } from '../support/start-limit.ts'
import { pause, until } from '../support/wait.ts'
import { killSharedAt, killSharedAtRandom } from './shared-kill-rows.ts'

const connections = 104
const leastInFlight = 100
const chains = 2
const perChain = 50
const latestKillMs = { quick: 60, full: 400 }
/** A point that is not reached by then never will be. */
const longestLifeMs = 30_000
const replayEveryMs = 500
/** By then one batch follows the other. */
const stopAfterMs = 500

/** One life of a relay, from its start to its death. */
interface Life {
  readonly inFlight: number
  readonly isCommitOpen: boolean
  readonly startMs: number
}

interface World {
  readonly context: ChaosContext
  readonly store: ChaosStore
  readonly oracle: Oracle
  readonly destinations: Destinations
  readonly purchases: ReturnType<typeof createPurchases>
  /** Posted to a relay that died before it answered. */
  readonly unanswered: GeneratedWebhook[]
}

async function createWorld(context: ChaosContext, seed: number): Promise<World> {
  const oracle = createOracle()
  const destinations = await startDestinations(oracle)
  const store = await context.store()
  return { context, store, oracle, destinations, purchases: createPurchases(seed), unanswered: [] }
}

/** How a life ends, and whether it tells what it does meanwhile. */
type Death =
  | { readonly kind: 'after'; readonly ms: number; readonly from: 'listening' | 'first answer'; readonly isPlain: boolean }
  | { readonly kind: 'at'; readonly point: FaultPoint; readonly hit: number }

/**
 * Loads a relay until it is dead: killed after a time, or by itself at a fault point. `isPlain`: nothing is preloaded into it, and what it
 * does is not known. `undefined` when it ended in any other way.
 */
async function live(world: World, death: Death): Promise<Life | undefined> {
  const point = death.kind === 'at' ? death.point : undefined
  let isCommitOpen = false
  let isReached = death.kind === 'after'
  const relay = startRelayUnderTest({
    entry: world.context.entry,
    store: world.store,
    urls: world.destinations.urls,
    ...(death.kind === 'after' && death.isPlain
      ? {}
      : { hook: { reports: true, ...(death.kind === 'at' ? { dieAt: death } : {}) } }),
    onReport(line) {
      if (line.startsWith('commit:')) isCommitOpen = line.startsWith('commit:started')
      if (line.startsWith('died')) isReached = true
    },
  })
  const url = await relay.url.catch(() => undefined)
  if (url === undefined) return isReached ? { inFlight: 0, isCommitOpen: false, startMs: 0 } : undefined
  const producer = createProducer({ urls: () => [url], oracle: world.oracle, purchases: world.purchases })
  producer.keepPosting(connections)
  const end = setTimeout(() => relay.kill(), longestLifeMs)
  if (death.kind === 'after') void killLater(relay, death, producer)
  if (point === 'while draining') void stopUnderLoad(relay)
  // On a slow machine nothing may be delivered yet, and then nothing is replayed.
  const replay = point === 'inside replay insert' ? setInterval(() => void replayDelivered(url), replayEveryMs) : undefined
  const { signal } = await relay.ended
  for (const timer of [end, replay]) clearInterval(timer)
  const inFlight = producer.inFlight + producer.broken.length
  await producer.stop()
  if (world.context.isQuick) world.unanswered.length = 0
  world.unanswered.push(...producer.broken)
  return signal === 'SIGKILL' && isReached ? { inFlight, isCommitOpen, startMs: relay.startMs() } : undefined
}

/** While calls are out, or it would have nothing to settle. */
async function stopUnderLoad(relay: RelayUnderTest): Promise<void> {
  await until(() => relay.reports.some((line) => line.startsWith('attempted ')), longestLifeMs)
  await pause(stopAfterMs)
  await relay.stop()
}

async function killLater(relay: RelayUnderTest, death: Death & { kind: 'after' }, producer: Producer): Promise<void> {
  if (death.from === 'first answer') await Promise.race([producer.answered, relay.ended])
  const timer = setTimeout(() => relay.kill(), death.ms)
  await relay.ended
  clearTimeout(timer)
}

/** The relay dies of it before it answers, or after. */
async function replayDelivered(url: string): Promise<void> {
  const body = JSON.stringify({ deliveries: { status: 'delivered' }, dryRun: false, limit: 1_000_000 })
  const headers = { 'content-type': 'application/json' }
  await fetch(`${url}/api/v1/replays`, { method: 'POST', body, headers }).catch(() => undefined)
}

/**
 * A last relay is sent what was not answered, as Subtotal would do, and delivers what is left; then the store is looked into. `before`: what
 * it is given the time for before it is ended.
 */
async function settleWorld(
  world: World,
  lives: number,
  before: () => Promise<void> = async () => undefined,
): Promise<{ counts: Judgement; problems: string[]; startMs: number }> {
  const watch = createLogWatch()
  const relay = startRelayUnderTest({
    entry: world.context.entry,
    store: world.store,
    urls: world.destinations.urls,
    onLog: watch.line,
  })
  const url = await relay.url
  const fresh = createProducer({ urls: () => [url], oracle: world.oracle, purchases: world.purchases })
  await fresh.postAll(world.unanswered)
  const pending = await drain(relay, world.context.isQuick ? 60_000 : 600_000)
  const freshStatus = await fresh.post()
  await fresh.stop()
  await drain(relay)
  await before()
  const { code } = await relay.stop()
  const counts = await judge(world.store, world.oracle)
  const problems = problemsOf({
    'I1: something waits after the drain': pending === 0 && counts.waiting === 0,
    'I1, I2: acknowledged events are lost': counts.lost === 0,
    'nothing should be dead': counts.dead === 0,
    'I3: more duplicates than calls in flight times the batch size': counts.duplicates <= lives * mostInFlight,
    'I4: a lease was lost': watch.stale() === 0,
    'I8: the log holds what it must not': watch.leaks().length === 0,
    'a fresh event is not taken': freshStatus === 202,
    'it did not end by itself': code === 0,
  })
  await world.destinations.close()
  return { counts, problems: [...problems], startMs: relay.startMs() }
}

/** What has been compiled for one start is there for the next ones; a relay that is killed leaves nothing. */
async function warmUp(context: ChaosContext): Promise<void> {
  for (const hook of context.isQuick ? [undefined] : [undefined, { reports: true }]) {
    const urls = { klaviyo: 'http://127.0.0.1:1' }
    const relay = startRelayUnderTest({
      entry: context.entry,
      store: await context.store(),
      urls,
      ...(hook === undefined ? {} : { hook }),
    })
    await relay.url
    await relay.stop()
  }
}

/** Random. In a short run every fourth is inside a group commit, or by chance none might be. */
function deathOf(index: number, isQuick: boolean): Death {
  if (isQuick && index % 4 === 2) return { kind: 'at', point: 'inside commit', hit: 1 + Math.floor(Math.random() * 10) }
  const ms = Math.random() * (isQuick ? latestKillMs.quick : latestKillMs.full)
  return { kind: 'after', ms, from: index % 4 < 2 ? 'first answer' : 'listening', isPlain: index % 2 === 1 }
}

async function runChain(
  context: ChaosContext,
  seed: number,
  rounds: number,
): Promise<{ result: Awaited<ReturnType<typeof settleWorld>>; lives: Life[] }> {
  const world = await createWorld(context, seed)
  const lives: Life[] = []
  while (lives.length < rounds) {
    const life = await live(world, deathOf(lives.length, context.isQuick))
    if (life === undefined) throw new Error('A relay ended before it was killed.')
    lives.push(life)
    if (lives.length % 10 === 0) context.progress(`${lives.length} kills`)
  }
  return { result: await settleWorld(world, rounds), lives }
}

/** Row 2: kills at random moments, in chains of restarts on one store. */
export const randomKills: ChaosRow = {
  id: '2',
  name: 'kill -9 at random moments',
  stores: bothStores,
  async run(context) {
    if (context.kind === 'postgres') return killSharedAtRandom(context)
    await warmUp(context)
    const totals = { ...noCounts }
    const lives: Life[] = []
    const problems: string[] = []
    let seed = 1
    while (lives.length < context.rounds) {
      const left = context.rounds - lives.length
      const shares =
        left > 2 * perChain
          ? [perChain, perChain]
          : [Math.ceil(left / chains), Math.floor(left / chains)].filter((one) => one > 0)
      const base = seed
      const done = await Promise.all(shares.map((share, index) => runChain(context, base + index, share)))
      seed += shares.length
      for (const { result, lives: chain } of done) {
        lives.push(...chain)
        problems.push(...result.problems)
        for (const name of ['acknowledged', 'delivered', 'dead', 'waiting', 'lost', 'duplicates'] as const)
          totals[name] += result.counts[name]
      }
      context.progress(`${lives.length} kills, ${totals.acknowledged} acknowledged, ${totals.lost} lost`)
    }
    const open = lives.filter((life) => life.isCommitOpen).length
    const fewest = Math.min(...lives.map((life) => life.inFlight))
    const slowest = Math.max(...lives.map((life) => life.startMs))
    problems.push(
      ...problemsOf({
        'no kill hit an open group commit': open > 0,
        'a kill had fewer than 100 requests in flight': fewest >= leastInFlight,
      }),
    )
    const notes = [
      `${lives.length} kills, every second of a relay without a hook; of the others ${open} inside an open group commit`,
      `at least ${fewest} requests in flight`,
      `slowest restart ${Math.round(slowest)} ms`,
    ]
    return [{ fault: `${lives.length} kills`, counts: totals, notes, problems: [...new Set(problems)] }]
  },
}

const points: readonly { readonly point: FaultPoint; readonly hit: number }[] = [
  { point: 'inside migration', hit: 1 },
  { point: 'mid-body', hit: 2_000 },
  { point: 'after verify', hit: 2_000 },
  { point: 'before commit', hit: 20 },
  { point: 'inside commit', hit: 40 },
  { point: 'commit on its way', hit: 20 },
  { point: 'after commit before answer', hit: 20 },
  { point: 'after claim', hit: 10 },
  { point: 'after send before settle', hit: 10 },
  { point: 'inside settle', hit: 10 },
  { point: 'inside dead-lettering', hit: 1 },
  { point: 'inside replay insert', hit: 1 },
  { point: 'inside retention', hit: 12 },
  { point: 'while draining', hit: 1 },
]

/** A store with old events, and no relay at it. */
async function fillWithOld({ context, store, oracle, destinations, purchases }: World): Promise<void> {
  const relay = startRelayUnderTest({ entry: context.entry, store, urls: destinations.urls })
  const producer = createProducer({ urls: await urlsOf(relay), oracle, purchases })
  await postOldEvents(context, { destinations, producer, relay })
  await producer.stop()
  await relay.stop()
  await ageEvents(store)
}

async function runPoint(context: ChaosContext, point: FaultPoint, hit: number, seed: number): Promise<ChaosResult> {
  const world = await createWorld(context, seed)
  if (point === 'inside dead-lettering') world.destinations.refuse('braze', 'subtotal_purchase')
  if (point === 'inside retention') await fillWithOld(world)
  const life = await live(world, { kind: 'at', point, hit })
  const aged = point === 'inside retention' ? await lookAtAged(world.store) : undefined
  world.destinations.recover('braze')
  await world.destinations.proxies.klaviyo.setMode({ kind: 'pass' })
  const { counts, problems, startMs } = await settleWorld(world, 1, async () => {
    if (aged !== undefined) await untilAged(context, world.store)
  })
  const needsLoad = point !== 'inside migration' && point !== 'inside retention' && point !== 'while draining'
  const isSoon = await startedSoon(context, startMs)
  return {
    fault: point,
    counts,
    notes: [`${life?.inFlight ?? 0} requests in flight`, `restart ${Math.round(startMs)} ms`],
    problems: [
      ...problems,
      ...problemsOf({
        'the point was not reached': life !== undefined,
        'the last start took longer than 2 s': isSoon,
        ...(aged === undefined ? {} : agedConditions(context, aged, await lookAtAged(world.store))),
        'fewer than 100 requests in flight': !needsLoad || (life?.inFlight ?? 0) >= leastInFlight,
      }),
    ],
  }
}

/** Row 1: the relay kills itself at each named point. */
export const namedKills: ChaosRow = {
  id: '1',
  name: 'kill -9 at named points',
  stores: bothStores,
  async run(context) {
    const results: ChaosResult[] = []
    for (const [index, { point, hit }] of points.entries()) {
      if (context.kind === 'sqlite' && point === 'commit on its way') continue
      const run = context.kind === 'sqlite' ? runPoint : killSharedAt
      results.push(await run(context, point, context.isQuick ? Math.ceil(hit / 4) : hit, 1_000 + index))
      context.progress(point)
    }
    return results
  },
}
