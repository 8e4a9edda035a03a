import type { Connector } from '@subtotal-connectors/core'
import type { Clock } from '../clock/clock.ts'
import type { RelayEvents } from '../observability/relay-events.ts'
import type { ReplayRecord } from '../store/operations-store.ts'
import type { Store } from '../store/store.ts'
import { planReplay } from './plan-replay.ts'
import type { ReplayRequest } from './replay-request.ts'
import { ReplayRequestError } from './replay-request.ts'

/** What asking for a replay works with. */
export interface StartReplayOptions {
  readonly store: Pick<Store, 'replayEnd' | 'surveyReplay' | 'addReplay' | 'listReplays'>
  /** By the destination's name. */
  readonly connectors: Readonly<Record<string, Connector>>
  readonly clock: Pick<Clock, 'now'>
  readonly events: RelayEvents
  /** A replay was recorded. */
  readonly onReplay: () => void
}

/**
 * Records a replay, which begins at once. One that is the same and still runs, or was recorded while this one was counted,
 * is returned instead, with `isNew` false. Throws a
 * {@link ReplayRequestError} when more would be replayed than the request allows.
 */
export async function startReplay(
  { store, connectors, clock, events, onReplay }: StartReplayOptions,
  { selection, limit }: Pick<ReplayRequest, 'selection' | 'limit'>,
  actor: string,
): Promise<{ readonly replay: ReplayRecord; readonly isNew: boolean }> {
  const newest = (await store.listReplays({ limit: 1 })).items[0]
  const plan = await planReplay(store, connectors, selection)
  if (plan.replayed > limit) {
    const advice = `Narrow the filter, or set "limit" to at least ${plan.replayed}.`
    throw new ReplayRequestError(`${plan.replayed} deliveries would be replayed; the limit is ${limit}. ${advice}`)
  }
  const { replay, isNew } = await store.addReplay({
    at: clock.now(),
    actor,
    selection,
    through: plan.through,
    newestBefore: newest?.id ?? '0',
    planned: new Map(plan.destinations.map(({ destination, replayed }) => [destination, replayed])),
  })
  if (isNew) events.emit('replay:started', { replayId: replay.id, actor: replay.actor, planned: plan.replayed })
  onReplay()
  return { replay, isNew }
}
