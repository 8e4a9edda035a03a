import { ulidTime } from '../value/ulid.ts'

/** What an event's time can be told from, in this order. All in milliseconds since 1970. */
export interface TimeSources {
  /** The time of the purchase. */
  readonly purchasedAt: number | undefined
  /** The event's id, which says when it was made if it is a ULID. */
  readonly eventId: string
  /** The time of the webhook's signature. */
  readonly signedAt: number | undefined
  readonly receivedAt: number
}

/** When an event happened, ISO 8601 UTC with milliseconds: by the first of the sources that says it, and never after the receipt. */
export function occurredAt({ purchasedAt, eventId, signedAt, receivedAt }: TimeSources): string {
  const time = purchasedAt ?? ulidTime(eventId) ?? signedAt ?? receivedAt
  return new Date(Math.min(time, receivedAt)).toISOString()
}
