import type { ReplayPlan } from '../operations/plan-replay.ts'
import type { ReplayRecord, ReplaySelection } from '../store/operations-store.ts'
import { toIso } from './to-iso.ts'

/** A replay for people: what was asked for without the customer, and how far it is. */
export function showReplay(replay: ReplayRecord): object {
  const { id, createdAt, actor, selection, finishedAt, destinations } = replay
  return {
    id,
    status: finishedAt === null ? 'running' : 'finished',
    createdAt: toIso(createdAt),
    finishedAt: toIso(finishedAt),
    actor,
    ...showSelection(selection),
    planned: destinations.reduce((sum, part) => sum + part.planned, 0),
    replayed: destinations.reduce((sum, part) => sum + part.moved, 0),
    destinations: destinations.map((part) => ({
      destination: part.destination,
      status: part.finishedAt === null ? 'running' : 'finished',
      planned: part.planned,
      replayed: part.moved,
    })),
  }
}

/** A plan for people. */
export function showPlan({ matching, replayed, destinations }: ReplayPlan, limit: number): object {
  return {
    dryRun: true,
    matching,
    replayed,
    willIgnore: destinations.reduce((sum, one) => sum + one.willIgnore, 0),
    mayRepeat: destinations.reduce((sum, one) => sum + one.mayRepeat, 0),
    superseded: destinations.reduce((sum, one) => sum + one.superseded, 0),
    limit,
    exceedsLimit: replayed > limit,
    destinations,
  }
}

function showSelection({ kind, filter, repeatDelivered, ...rest }: ReplaySelection): object {
  return { [kind]: showFilter(filter), ...('destinations' in rest ? { to: rest.destinations } : {}), repeatDelivered }
}

function showFilter({ since, until, ...rest }: ReplaySelection['filter']): object {
  return {
    ...rest,
    ...(since === undefined ? {} : { since: toIso(since) }),
    ...(until === undefined ? {} : { until: toIso(until) }),
  }
}
