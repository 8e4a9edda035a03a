import type { Connector } from '@subtotal-connectors/core'
import type { OperationsStore, ReplayCount, ReplaySelection } from '../store/operations-store.ts'

/** What a replay finds at one destination, and what it would do there. Counts of deliveries. */
interface DestinationPlan {
  readonly destination: string
  /** Events without a delivery for the destination, which is made. */
  readonly missing: number
  /** Left alone: they are due anyway. */
  readonly pending: number
  readonly delivered: number
  readonly skipped: number
  readonly dead: number
  /** How many are made due. */
  readonly replayed: number
  /** Those of them that were delivered before, where the vendor documents that it ignores a repeat. */
  readonly willIgnore: number
  /** Those of them that were or may have been delivered before, where nothing says that the vendor ignores a repeat. */
  readonly mayRepeat: number
  /** Those of them that are skipped instead of sent: profiles of which a newer one of the connection went to the destination. */
  readonly superseded: number
  /** `false`: the destination is not configured, so nothing is made due. */
  readonly isConfigured: boolean
}

/** What a replay would do. */
export interface ReplayPlan {
  /** The newest delivery or event that it touches. */
  readonly through: number
  /** Everything that the filter finds. */
  readonly matching: number
  /** What is made due, of that. */
  readonly replayed: number
  readonly destinations: readonly DestinationPlan[]
}

type Found = Pick<DestinationPlan, 'missing' | 'pending' | 'delivered' | 'skipped' | 'dead'>

/** Which counts go into a plan besides the statuses. */
interface Tally {
  readonly found: Found
  /** Dead or skipped deliveries with an attempt of unknown outcome, which would be sent. */
  readonly unknown: number
  /** Profiles that a newer one went before. */
  readonly superseded: Found
}

const none: Found = { missing: 0, pending: 0, delivered: 0, skipped: 0, dead: 0 }
const nothing: Tally = { found: none, unknown: 0, superseded: none }

/** Counts what a selection finds, part by part, with turns of the event loop for others in between. */
export async function planReplay(
  store: Pick<OperationsStore, 'replayEnd' | 'surveyReplay'>,
  connectors: Readonly<Record<string, Connector>>,
  selection: ReplaySelection,
): Promise<ReplayPlan> {
  const through = await store.replayEnd(selection.kind)
  const tallies = new Map<string, Tally>()
  for (let after: number | null = 0; after !== null; ) {
    const { counts, next } = await store.surveyReplay({ selection, after, through })
    for (const count of counts) tallies.set(count.destination, add(tallies.get(count.destination) ?? nothing, count))
    after = next
    await new Promise((resolve) => setImmediate(resolve))
  }
  const destinations = [...tallies].map(([destination, tally]) => {
    const connector = Object.hasOwn(connectors, destination) ? connectors[destination] : undefined
    return toDestinationPlan(destination, tally, selection, connector)
  })
  return {
    through,
    matching: sum(
      destinations.map(({ missing, pending, delivered, skipped, dead }) => missing + pending + delivered + skipped + dead),
    ),
    replayed: sum(destinations.map(({ replayed }) => replayed)),
    destinations,
  }
}

function add({ found, unknown, superseded }: Tally, { status, isUnknown, isSuperseded, count }: ReplayCount): Tally {
  const isCounted = isUnknown && !isSuperseded && (status === 'dead' || status === 'skipped')
  return {
    found: { ...found, [status]: found[status] + count },
    unknown: unknown + (isCounted ? count : 0),
    superseded: isSuperseded ? { ...superseded, [status]: superseded[status] + count } : superseded,
  }
}

function toDestinationPlan(
  destination: string,
  { found, unknown, superseded }: Tally,
  selection: ReplaySelection,
  connector: Connector | undefined,
): DestinationPlan {
  if (connector === undefined) {
    return { destination, ...found, replayed: 0, willIgnore: 0, mayRepeat: 0, superseded: 0, isConfigured: false }
  }
  const isAsked = selection.kind === 'deliveries' && selection.filter.status === 'delivered'
  const repeats = selection.repeatDelivered || isAsked
  const again = repeats ? found.delivered - superseded.delivered : 0
  const ignores = connector.limits.deduplicates === 'yes'
  return {
    destination,
    ...found,
    replayed: replayedOf(found, repeats),
    willIgnore: ignores ? again : 0,
    mayRepeat: ignores ? 0 : again + unknown,
    superseded: replayedOf(superseded, repeats),
    isConfigured: true,
  }
}

function replayedOf({ missing, skipped, dead, delivered }: Found, repeats: boolean): number {
  return missing + skipped + dead + (repeats ? delivered : 0)
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
