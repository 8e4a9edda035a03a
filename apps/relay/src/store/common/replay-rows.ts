import type { NewReplay, ReplayPart, ReplayRecord, ReplaySelection } from '../operations-store.ts'
import { describeSelection, withoutCustomer } from './describe-selection.ts'

/** A replay as it is stored. */
export interface ReplayRow {
  readonly id: number
  readonly created_at: number
  readonly actor: string
  readonly selection: string
  readonly finished_at: number | null
}

/** What recording a replay writes. */
export interface NewReplayRow {
  /** The destinations at which there is something to do, with how many deliveries become due at most. */
  readonly works: readonly (readonly [destination: string, planned: number])[]
  /** As JSON. Without anything to do it has finished, and names no customer. */
  readonly selection: string
  readonly finishedAt: number | null
}

/** The columns of {@link ReplayRow}. */
export const replayColumns = 'id, created_at, actor, selection, finished_at'

/** What recording a replay writes. */
export function toNewReplayRow({ at, selection, planned }: NewReplay): NewReplayRow {
  const works = [...planned].filter(([, count]) => count > 0)
  const kept = works.length === 0 ? withoutCustomer(selection) : selection
  return { works, selection: JSON.stringify(kept), finishedAt: works.length === 0 ? at : null }
}

/** A replay as people see it. */
export function toReplayRecord(row: ReplayRow, destinations: readonly ReplayPart[]): ReplayRecord {
  const selection: ReplaySelection = JSON.parse(row.selection)
  return {
    id: String(row.id),
    createdAt: row.created_at,
    actor: row.actor,
    selection: withoutCustomer(selection),
    finishedAt: row.finished_at,
    destinations,
  }
}

/** A replay that was recorded, for the audit. */
export function newReplaySubject(id: number, selection: ReplaySelection): string {
  return `replay ${id}: ${describeSelection(selection)}`
}

/** A replay that was asked for again, for the audit. */
export function sameReplaySubject({ id, finished_at: finishedAt }: ReplayRow, selection: ReplaySelection): string {
  return `replay ${id}, which was ${finishedAt === null ? 'running' : 'done meanwhile'}: ${describeSelection(selection)}`
}
