import type { Clock } from '../clock/clock.ts'
import type { Store } from '../store/store.ts'

/** What an operator can do with a lane. */
export interface LaneControl {
  readonly destination: string
  pause(reason: string): Promise<void>
  resume(): Promise<void>
}

/** Where it is put on record. */
export interface LaneRecord {
  readonly store: Pick<Store, 'audit'>
  readonly clock: Pick<Clock, 'now'>
  readonly actor: string
}

/** The longest reason of a pause. */
export const longestReason = 200

/** Pauses a lane, after putting it on record. */
export async function pauseLane(lane: LaneControl, record: LaneRecord, reason = 'Paused by an operator.'): Promise<void> {
  await audit(lane, record, 'pause')
  await lane.pause(reason)
}

/** Ends a pause, or has a lane that is held up try again, after putting it on record. */
export async function resumeLane(lane: LaneControl, record: LaneRecord): Promise<void> {
  await audit(lane, record, 'resume')
  await lane.resume()
}

function audit({ destination }: LaneControl, { store, clock, actor }: LaneRecord, action: string): Promise<void> {
  return store.audit({ at: clock.now(), actor, action, subject: `destination ${destination}` })
}
