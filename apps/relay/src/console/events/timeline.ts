import type { AttemptRecord, DeliveryRecord, EventDetail } from '../../store/records.ts'

/** One moment in what became of an event. */
export interface TimelineEntry {
  /** Milliseconds since 1970; `null`: nobody knows when. */
  readonly at: number | null
  readonly tone: 'good' | 'waiting' | 'bad' | 'neutral'
  readonly what: string
  /** The error code, if it is about an error. */
  readonly code?: string
  /** In the destination's words, redacted. */
  readonly words?: string
}

type Delivery = EventDetail['deliveries'][number]

/** What became of one delivery, from the receipt to where it stands. Pure. */
export function timeline(delivery: Delivery, receivedAt: number, now: number): readonly TimelineEntry[] {
  return [
    { at: receivedAt, tone: 'neutral', what: 'Received and stored' },
    ...delivery.failedAttempts.map(toEntry),
    outcome(delivery, now),
  ]
}

function toEntry({ at, number, outcome: kind, code, message, status }: AttemptRecord): TimelineEntry {
  const answer = status === null ? '' : `, HTTP ${status}`
  return { at, tone: 'bad', what: `Attempt ${number} failed: ${kind.replaceAll('_', ' ')}${answer}`, code, words: message }
}

function outcome(delivery: Delivery, now: number): TimelineEntry {
  const { status, attempts, settledAt, reason, error } = delivery
  // The last attempt has said it already, unless an operator or the relay ended it for another reason.
  const isSaid = delivery.failedAttempts.at(-1)?.message === error?.message
  const failed = error === null ? {} : { code: error.code, ...(isSaid ? {} : { words: error.message }) }
  switch (status) {
    case 'delivered':
      return { at: settledAt, tone: 'good', what: attempts === 1 ? 'Delivered' : `Delivered at attempt ${attempts}` }
    case 'skipped':
      return { at: settledAt, tone: 'neutral', what: `Skipped: ${reason ?? 'no reason is recorded'}` }
    case 'dead':
      return { at: settledAt, tone: 'bad', what: 'Dead letter: not tried again unless replayed', ...failed }
    case 'pending':
      return { at: delivery.dueAt, tone: 'waiting', what: waiting(delivery, now) }
  }
}

function waiting({ dueAt, reason, error }: DeliveryRecord, now: number): string {
  if (reason !== null) return `Pending: ${reason}`
  const held = error === null ? '' : ` (${error.code})`
  return dueAt !== null && dueAt > now ? `Pending: due then${held}` : `Pending: due${held}`
}
