import type { ChaosContext, ChaosResult } from '../chaos-row.ts'
import { problemsOf } from '../chaos-row.ts'
import type { Destinations } from './destinations.ts'
import { startDestinations } from './destinations.ts'
import { drain } from './drain.ts'
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
import { startRelayUnderTest } from './relay-under-test.ts'

/** One relay with its producer, its destinations and whoever watches them. */
export interface World {
  readonly folder: string
  readonly url: string
  readonly oracle: Oracle
  readonly destinations: Destinations
  readonly relay: RelayUnderTest
  readonly producer: Producer
  readonly purchases: ReturnType<typeof createPurchases>
  readonly watch: LogWatch
  /** What the hook wrote. */
  readonly reports: readonly string[]
  /** Whether the relay's time moves only when told. */
  readonly isVirtual: boolean
  /** The relay's time. */
  now(): number
  advance(ms: number): Promise<void>
  jump(ms: number): Promise<void>
}

/** What can be chosen of a world. */
export interface WorldOptions {
  readonly hook?: HookSettings
  readonly env?: Readonly<Record<string, string>>
  readonly seed?: number
  /** To count the requests of the destinations. */
  readonly keepRequests?: boolean
  /** With a store in it. Default: an empty one. */
  readonly folder?: string
  /** Instead of new ones. */
  readonly oracle?: Oracle
  readonly destinations?: Destinations
  /** The relay speaks to the mocks without the proxies between. */
  readonly isDirect?: boolean
  /** Where the relay looks for the destinations, if not where they are. */
  readonly urls?: Destinations['urls']
}

/** Starts everything with an empty store. */
export async function startWorld(context: ChaosContext, options: WorldOptions = {}): Promise<World> {
  const { hook, env = {}, seed = 1, keepRequests = false, urls } = options
  const folder = options.folder ?? context.folder()
  const reports: string[] = []
  const watch = createLogWatch()
  const oracle = options.oracle ?? createOracle()
  let virtualNow = hook?.virtualTime
  const now = () => virtualNow ?? Date.now()
  const destinations = options.destinations ?? (await startDestinations(oracle, { keepRequests, now }))
  const relay = startRelayUnderTest({
    entry: context.entry,
    folder,
    urls: urls ?? (options.isDirect === true ? destinations.mockUrls : destinations.urls),
    env,
    onLog: watch.line,
    onReport: (line) => void reports.push(line),
    ...(hook === undefined ? {} : { hook }),
  })
  const url = await relay.url
  const purchases = createPurchases(seed, now)
  const producer = createProducer({ url, oracle, purchases, now })
  return {
    folder,
    url,
    oracle,
    destinations,
    relay,
    producer,
    purchases,
    watch,
    reports,
    isVirtual: virtualNow !== undefined,
    now,
    async advance(ms) {
      virtualNow = await relay.command({ kind: 'advance', ms })
    },
    async jump(ms) {
      virtualNow = await relay.command({ kind: 'jump', ms })
    },
  }
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
}

/** Delivers what is left, posts a fresh event, ends the relay and looks into its store. */
export async function endWorld(
  world: World,
  { drainMs = 120_000, mayDie = false, mayWait = false }: EndOptions = {},
): Promise<WorldEnd> {
  const { relay, producer, watch, oracle, destinations, folder } = world
  await producer.stop()
  const peakBytes = relay.peakBytes()
  const ticking = world.isVirtual ? keepTicking(world) : undefined
  const pending = await drain(relay, drainMs)
  const last = createProducer({ url: world.url, oracle, purchases: world.purchases, now: world.now })
  const freshStatus = await last.post()
  await last.stop()
  await drain(relay, 10_000)
  const { code } = await relay.stop()
  await ticking?.stop()
  const counts = judge(folder, oracle, { now: world.now() })
  await destinations.close()
  return {
    counts,
    pending,
    problems: problemsOf({
      'I1: something waits after the drain': mayWait ? counts.waiting === 0 : pending === 0,
      'I1, I2: acknowledged events are lost': counts.lost === 0,
      'something is dead': mayDie || counts.dead === 0,
      'I4: a lease was lost': watch.stale() === 0,
      'I7: a waiting delivery is due in more than an hour': counts.farOff === 0,
      'I8: the log holds what it must not': watch.leaks().length === 0,
      'a fresh event is not taken': freshStatus === 202,
      'it did not end by itself': code === 0,
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
