import type { ChaosContext, ChaosResult } from '../chaos-row.ts'
import { problemsOf } from '../chaos-row.ts'
import type { ChaosStore } from './chaos-store.ts'
import type { Destinations } from './destinations.ts'
import { startDestinations } from './destinations.ts'
import { drain, pendingOf } from './drain.ts'
import type { Fleet, FleetOptions } from './fleet.ts'
import { startFleet } from './fleet.ts'
import type { HookSettings } from './hook-settings.ts'
import type { Judgement } from './judge.ts'
import { judge } from './judge.ts'
import type { LogWatch } from './log-watch.ts'
import { createLogWatch } from './log-watch.ts'
import type { Oracle } from './oracle.ts'
import { createOracle } from './oracle.ts'
import type { Producer } from './producer.ts'
import { createProducer, createPurchases } from './producer.ts'
import type { RelayUnderTest } from './relay-under-test.ts'

/** The relays of a store with their producer, their destinations and whoever watches them. */
export interface World {
  readonly store: ChaosStore
  readonly fleet: Fleet
  /** The first of them. What is read of the store is the same at all. */
  readonly relay: RelayUnderTest
  /** The first one's. */
  readonly url: string
  readonly oracle: Oracle
  readonly destinations: Destinations
  /** Posts to all of them in turn. */
  readonly producer: Producer
  readonly purchases: ReturnType<typeof createPurchases>
  readonly watch: LogWatch
  /** What the hooks wrote. */
  readonly reports: readonly string[]
  /** Whether the relays' time moves only when told. */
  readonly isVirtual: boolean
  /** The relays' time. */
  now(): number
  advance(ms: number): Promise<void>
  /** Lets time pass until nothing waits any more, at most so long. */
  advanceUntilDrained(ms: number): Promise<void>
  jump(ms: number): Promise<void>
}

/** What can be chosen of a world. */
export interface WorldOptions {
  readonly hook?: HookSettings
  readonly env?: Readonly<Record<string, string>>
  readonly seed?: number
  /** To count the requests of the destinations. */
  readonly keepRequests?: boolean
  /** Default: an empty one. */
  readonly store?: ChaosStore
  /** Instead of new ones. */
  readonly oracle?: Oracle
  readonly destinations?: Destinations
  readonly purchases?: World['purchases']
  readonly watch?: LogWatch
  /** The relays speak to the mocks without the proxies between. */
  readonly isDirect?: boolean
  /** Where the relays look for the destinations, if not where they are. */
  readonly urls?: Destinations['urls']
  /** What differs from one relay to the other. */
  readonly changes?: FleetOptions['changes']
  /** Whether the producer goes on when a connection breaks. */
  readonly isTireless?: boolean
}

/** Starts everything. */
export async function startWorld(context: ChaosContext, options: WorldOptions = {}): Promise<World> {
  const { hook, env = {}, seed = 1, keepRequests = false, isTireless = false, urls, changes } = options
  const store = options.store ?? (await context.store())
  const reports: string[] = []
  const watch = options.watch ?? createLogWatch()
  const oracle = options.oracle ?? createOracle()
  let virtualNow = hook?.virtualTime
  const now = () => virtualNow ?? Date.now()
  const destinations = options.destinations ?? (await startDestinations(oracle, { keepRequests, now }))
  const fleet = await startFleet({
    entry: context.entry,
    store,
    urls: urls ?? (options.isDirect === true ? destinations.mockUrls : destinations.urls),
    env,
    watch,
    onReport: (line) => void reports.push(line),
    ...(hook === undefined ? {} : { hook }),
    ...(changes === undefined ? {} : { changes }),
  })
  const purchases = options.purchases ?? createPurchases(seed, now)
  const producer = createProducer({ urls: fleet.urls, oracle, purchases, now, isTireless })

  async function advance(ms: number): Promise<void> {
    const stepMs = stepOf(ms, fleet.relays.length)
    for (let passed = 0; passed < ms; passed += stepMs)
      virtualNow = await fleet.command({ kind: 'advance', ms: Math.min(stepMs, ms - passed) })
  }

  return {
    store,
    fleet,
    get relay() {
      return firstOf(fleet)
    },
    get url() {
      return fleet.urls()[0] ?? ''
    },
    oracle,
    destinations,
    producer,
    purchases,
    watch,
    reports,
    isVirtual: virtualNow !== undefined,
    now,
    advance,
    async advanceUntilDrained(ms) {
      for (let passed = 0; passed < ms && (await pendingOf(firstOf(fleet))) > 0; passed += settleStepMs)
        await advance(Math.min(settleStepMs, ms - passed))
    },
    async jump(ms) {
      virtualNow = await fleet.command({ kind: 'jump', ms })
    },
  }
}

/** Goes on with a world whose relays have ended: with new ones, on its store or on another one. */
export function restartWorld(context: ChaosContext, world: World, store: ChaosStore = world.store): Promise<World> {
  const { oracle, destinations, purchases, watch } = world
  return startWorld(context, { store, oracle, destinations, purchases, watch })
}

function firstOf({ relays: [relay] }: Fleet): RelayUnderTest {
  if (relay === undefined) throw new Error('There is no relay.')
  return relay
}

/** The clocks of several relays are moved together, in steps that are short beside a lease. */
function stepOf(ms: number, relays: number): number {
  return relays === 1 ? ms : Math.min(ms, ms <= longMs ? shortStepMs : longStepMs)
}

/** How a world ended. */
export interface WorldEnd {
  readonly counts: Judgement
  /** What every fault must keep: nothing lost, nothing leaked, a fresh event taken, an end on SIGTERM. */
  readonly problems: readonly string[]
  readonly pending: number
}

/** How a world is ended. */
export interface EndOptions {
  /** Default two minutes. */
  readonly drainMs?: number
  /** Dead letters are no problem. */
  readonly mayDie?: boolean
  /** What was not posted by this world's producer may go on waiting. */
  readonly mayWait?: boolean
  /** What a relay settles may be stale: its lease ended while it could do nothing for it. */
  readonly mayLoseLeases?: boolean
}

/** Delivers what is left, posts a fresh event to each relay, ends them and looks into their store. */
export async function endWorld(
  world: World,
  { drainMs = 120_000, mayDie = false, mayWait = false, mayLoseLeases = false }: EndOptions = {},
): Promise<WorldEnd> {
  const { fleet, relay, producer, watch, oracle, destinations, store } = world
  await producer.stop()
  const peakBytes = Math.max(...fleet.relays.map((one) => one.peakBytes()))
  const ticking = world.isVirtual ? keepTicking(world) : undefined
  const pending = await drain(relay, drainMs)
  const last = createProducer({ urls: fleet.urls, oracle, purchases: world.purchases, now: world.now })
  const freshStatuses = await Promise.all(fleet.relays.map(() => last.post()))
  await last.stop()
  await drain(relay, 10_000)
  const endings = await fleet.stop()
  await ticking?.stop()
  const counts = await judge(store, oracle, { now: world.now() })
  await destinations.close()
  return {
    counts,
    pending,
    problems: problemsOf({
      'I1: something waits after the drain': mayWait ? counts.waiting === 0 : pending === 0,
      'I1, I2: acknowledged events are lost': counts.lost === 0,
      'something is dead': mayDie || counts.dead === 0,
      'I4: a lease was lost': mayLoseLeases || watch.stale() === 0,
      'I7: a waiting delivery is due in more than an hour': counts.farOff === 0,
      'I8: the log holds what it must not': watch.leaks().length === 0,
      'a fresh event is not taken': freshStatuses.every((status) => status === 202),
      'it did not end by itself': endings.every(({ code }) => code === 0),
      [`it needed ${Math.round(peakBytes / 1024 ** 2)} MiB of memory`]: peakBytes < 400 * 1024 ** 2,
    }),
  }
}

/** A result of a world. */
export function resultOf(
  fault: string,
  end: WorldEnd,
  notes: readonly string[],
  conditions: Readonly<Record<string, boolean>> = {},
): ChaosResult {
  return { fault, counts: end.counts, notes, problems: [...end.problems, ...problemsOf(conditions)] }
}

const longMs = 30_000
const settleStepMs = 600_000
const shortStepMs = 1_000
const longStepMs = 10_000
const tickMs = 1_000
const tickEveryMs = 20

/** While something waits in real time, the relay's own time goes on too, faster. */
function keepTicking(world: World): { stop(): Promise<void> } {
  let isOver = false
  async function tick(): Promise<void> {
    while (!isOver) {
      await world.advance(tickMs).catch(() => {
        isOver = true
      })
      await new Promise((resolve) => setTimeout(resolve, tickEveryMs))
    }
  }
  const done = tick()
  return {
    stop() {
      isOver = true
      return done
    },
  }
}
