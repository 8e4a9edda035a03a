import type { ClaimedDelivery } from '../store.ts'
import type { EventBodies } from './event-bodies.ts'

/** A due delivery with its event, as they are stored. */
export interface ClaimedRow {
  readonly id: number
  readonly due_at: number
  readonly attempts: number
  readonly earlier_attempts: number
  readonly unknown_outcomes: number
  readonly unreadable_answers: number
  readonly pending_since: number
  readonly event_id: string
  readonly body: string
}

/** A delivery for whom claims it; `undefined`: its event cannot be read. */
export function toClaimed(row: ClaimedRow, bodies: EventBodies): ClaimedDelivery | undefined {
  const event = bodies.open(row)
  if (event === undefined) return undefined
  return {
    id: String(row.id),
    dueAt: row.due_at,
    attempts: row.attempts,
    earlierAttempts: row.earlier_attempts,
    unknownOutcomes: row.unknown_outcomes,
    unreadableAnswers: row.unreadable_answers,
    pendingSince: row.pending_since,
    event,
  }
}
