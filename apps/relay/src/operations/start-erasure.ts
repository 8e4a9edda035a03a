import type { Clock } from '../clock/clock.ts'
import type { RelayEvents } from '../observability/relay-events.ts'
import type { ErasureRecord } from '../store/erasure-store.ts'
import type { Store } from '../store/store.ts'
import type { ErasurePlan } from './plan-erasure.ts'

/** What starting an erasure works with. */
export interface ErasureStart {
  readonly store: Pick<Store, 'addErasure'>
  readonly clock: Pick<Clock, 'now'>
  readonly events: RelayEvents
  /** An erasure was recorded. */
  readonly onErasure: () => void
  readonly actor: string
}

/** Records the erasure that was planned, and has it begin. */
export async function startErasure(
  { person, through }: ErasurePlan,
  isBlocking: boolean,
  { store, clock, events, onErasure, actor }: ErasureStart,
): Promise<{ readonly erasure: ErasureRecord; readonly isNew: boolean }> {
  const added = await store.addErasure({ at: clock.now(), actor, person, isBlocking, through })
  if (added.isNew) events.emit('erasure:started', { erasureId: added.erasure.id, actor })
  onErasure()
  return added
}
