import { createHash } from 'node:crypto'
import type { SubtotalEvent } from '@subtotal-connectors/core'
import { decodeTime, isValid, ulid } from 'ulid'
import type { CustomerioMessage } from './customerio-message.ts'

/**
 * The message's id: a ULID that is the same for every repeat of the event and different for every other message. The `track` of a
 * purchase whose id is a ULID has that id; every other message has one whose random part is a hash of the kind of message and the
 * event's ids. Its time is the purchase's date, or the one inside the event's id: `occurredAt` also depends on when a webhook came
 * in, which is another time for its redelivery.
 *
 * Customer.io's Track API, behind Pipelines, ignores a repeated ULID; no document says so for Pipelines itself.
 * Source: https://docs.customer.io/files/journeys-track.json (`person_event.id`)
 */
export function toMessageId(kind: CustomerioMessage['type'], event: SubtotalEvent): string {
  if (kind === 'track' && event.type === 'purchase.created' && isValid(event.purchase.id)) return event.purchase.id
  const ids = JSON.stringify([kind, event.idempotencyKey, event.connection.id])
  const bytes = createHash('sha256').update(ids).digest().values()
  return ulid(timeOf(event), () => (bytes.next().value ?? 0) / 256)
}

/** `ulid` takes 0 for no time, and the clock's instead. */
const noTime = 1
/** The last one that a ULID has room for. */
const lastTime = 2 ** 48 - 1

/** Milliseconds since 1970; {@link noTime} where none is the same in every repeat. */
function timeOf(event: SubtotalEvent): number {
  if (event.type !== 'purchase.created') return isTimed(event.id) ? decodeTime(event.id) : noTime
  const time = Date.parse(event.purchase.date ?? '')
  return time >= noTime && time <= lastTime ? time : noTime
}

/** A first character above 7 has the right form and no time, zeros are no time. */
function isTimed(id: string): boolean {
  return isValid(id) && id < '8' && decodeTime(id) >= noTime
}
