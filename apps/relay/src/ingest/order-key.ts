import { ulidTime } from '@subtotal-connectors/core'

const dayMs = 86_400_000

/**
 * A key that sorts a connection's events by when they happened at Subtotal: by the time inside the event's ULID, else by the time
 * of the webhook's signature; then by the event's id. A purchase's own date says nothing about what was known when.
 * An id whose time lies more than a day after the signature's is not taken for a time: it would outlive every later event.
 */
export function orderKey(eventId: string, signedAt: number): string {
  const inside = ulidTime(eventId)
  const time = inside !== undefined && inside <= signedAt + dayMs ? inside : signedAt
  return orderKeyAt(time, eventId)
}

/** A key as {@link orderKey} makes it, for an event that says what was so at a known time, in milliseconds since 1970. */
export function orderKeyAt(time: number, eventId: string): string {
  return `${String(Math.max(0, Math.trunc(time))).padStart(15, '0')}:${eventId}`
}
