import type { ChaosContext, ChaosResult, ChaosRow } from '../chaos-row.ts'
import { noCounts, problemsOf } from '../chaos-row.ts'
import type { Destinations } from '../support/destinations.ts'
import { startDestinations } from '../support/destinations.ts'
import { drain } from '../support/drain.ts'
import type { FaultPoint } from '../support/hook-settings.ts'
import { judge } from '../support/judge.ts'
import { createLogWatch } from '../support/log-watch.ts'
import type { Oracle } from '../support/oracle.ts'
import { createOracle } from '../support/oracle.ts'
import { createProducer, createPurchases } from '../support/producer.ts'
import { startRelayUnderTest } from '../support/relay-under-test.ts'

const connections = 128
const leastInFlight = 100
const batchesInFlight = 4
const largestBatches = { braze: 75, klaviyo: 1_000, customerio: 1_000 }
const chains = 2
const perChain = 50

/** One life of a relay, from its start to its death. */
interface Life {
  readonly inFlight: number
  readonly isCommitOpen: boolean
  readonly startMs: number
}

interface World {
  readonly context: ChaosContext
  readonly folder: string
  readonly oracle: Oracle
  readonly destinations: Destinations
  readonly purchases: ReturnType<typeof createPurchases>
}

async function createWorld(context: ChaosContext, seed: number): Promise<World> {
  const oracle = createOracle()
  const destinations = await startDestinations(oracle)
  return { context, folder: context.folder(), oracle, destinations, purchases: createPurchases(seed) }
}

/** Loads a relay until it is dead: killed after `killAfterMs`, or by itself at a fault point. */
async function live(
  world: World,
  options: { killAfterMs?: number; point?: FaultPoint; hit?: number },
): Promise<Life | undefined> {
  const { point, hit = 1, killAfterMs } = options
  let isCommitOpen = false
  let isDead = false
  const relay = startRelayUnderTest({
    entry: world.context.entry,
    folder: world.folder,
    urls: world.destinations.urls,
    hook: { reports: true, ...(point === undefined ? {} : { dieAt: { point, hit } }) },
    onReport(line) {
      if (line.startsWith('commit:')) isCommitOpen = line.startsWith('commit:started')
      if (line.startsWith('died')) isDead = true
    },
  })
  const url = await relay.url.catch(() => undefined)
  if (url === undefined) return isDead ? { inFlight: 0, isCommitOpen: false, startMs: 0 } : undefined
  const producer = createProducer({ url, oracle: world.oracle, purchases: world.purchases })
  producer.keepPosting(connections)
  if (point === 'while draining') setTimeout(() => void relay.stop(), 500)
  if (point === 'inside replay insert') setTimeout(() => void replayDelivered(url), 1_500)
  if (killAfterMs !== undefined) setTimeout(() => relay.kill(), killAfterMs)
  const { signal } = await relay.ended
  const inFlight = producer.inFlight + producer.broken
  await producer.stop()
  return signal === 'SIGKILL' ? { inFlight, isCommitOpen, startMs: relay.startMs() } : undefined
}

/** The relay dies of it before it answers, or after. */
async function replayDelivered(url: string): Promise<void> {
  const body = JSON.stringify({ deliveries: { status: 'delivered' }, dryRun: false, limit: 1_000_000 })
  const headers = { 'content-type': 'application/json' }
  await fetch(`${url}/api/v1/replays`, { method: 'POST', body, headers }).catch(() => undefined)
}

/** A last relay delivers what is left; then the store is looked into. */
async function settleWorld(
  world: World,
  lives: number,
): Promise<{ counts: ReturnType<typeof judge>; problems: string[]; startMs: number }> {
  const watch = createLogWatch()
  const relay = startRelayUnderTest({
    entry: world.context.entry,
    folder: world.folder,
    urls: world.destinations.urls,
    onLog: watch.line,
  })
  const url = await relay.url
  const pending = await drain(relay, 600_000)
  const fresh = createProducer({ url, oracle: world.oracle, purchases: world.purchases })
  const freshStatus = await fresh.post()
  await fresh.stop()
  await drain(relay)
  const { code } = await relay.stop()
  const counts = judge(world.folder, world.oracle)
  const perLife = Object.values(largestBatches).reduce((sum, size) => sum + size * batchesInFlight, 0)
  const problems = problemsOf({
    'I1: something waits after the drain': pending === 0 && counts.waiting === 0,
    'I1, I2: acknowledged events are lost': counts.lost === 0,
    'nothing should be dead': counts.dead === 0,
    'I3: more duplicates than calls in flight times the batch size': counts.duplicates <= lives * perLife,
    'I4: a lease was lost': watch.stale() === 0,
    'I8: the log holds what it must not': watch.leaks().length === 0,
    'a fresh event is not taken': freshStatus === 202,
    'it did not end by itself': code === 0,
  })
  await world.destinations.close()
  return { counts, problems: [...problems], startMs: relay.startMs() }
}

async function runChain(
  context: ChaosContext,
  seed: number,
  rounds: number,
): Promise<{ result: Awaited<ReturnType<typeof settleWorld>>; lives: Life[] }> {
  const world = await createWorld(context, seed)
  const lives: Life[] = []
  while (lives.length < rounds) {
    const life = await live(world, { killAfterMs: 20 + Math.random() * 800 })
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
  async run(context) {
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
      `${lives.length} kills, ${open} inside an open group commit`,
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
  { point: 'after commit before answer', hit: 20 },
  { point: 'after claim', hit: 10 },
  { point: 'after send before settle', hit: 10 },
  { point: 'inside settle', hit: 10 },
  { point: 'inside dead-lettering', hit: 1 },
  { point: 'inside replay insert', hit: 1 },
  { point: 'while draining', hit: 1 },
]

async function runPoint(context: ChaosContext, point: FaultPoint, hit: number, seed: number): Promise<ChaosResult> {
  const world = await createWorld(context, seed)
  if (point === 'inside dead-lettering') world.destinations.refuse('braze', 'subtotal_purchase')
  const life = await live(world, { point, hit })
  world.destinations.recover('braze')
  const { counts, problems, startMs } = await settleWorld(world, 1)
  const needsLoad = point !== 'inside migration' && point !== 'while draining'
  return {
    fault: point,
    counts,
    notes: [`${life?.inFlight ?? 0} requests in flight`, `restart ${Math.round(startMs)} ms`],
    problems: [
      ...problems,
      ...problemsOf({
        'the point was not reached': life !== undefined,
        'fewer than 100 requests in flight': !needsLoad || (life?.inFlight ?? 0) >= leastInFlight,
      }),
    ],
  }
}

/** Row 1: the relay kills itself at each named point. */
export const namedKills: ChaosRow = {
  id: '1',
  name: 'kill -9 at named points',
  async run(context) {
    const results: ChaosResult[] = []
    for (const [index, { point, hit }] of points.entries()) {
      results.push(await runPoint(context, point, hit, 1_000 + index))
      context.progress(point)
    }
    return results
  },
}
