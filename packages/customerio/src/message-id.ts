import { createHash } from 'node:crypto'
import type { SubtotalEvent } from '@subtotal-connectors/core'
import { isUlid, lastUlidTime, toUlid, ulidTime } from '@subtotal-connectors/core'
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
  if (kind === 'track' && event.type === 'purchase.created' && isUlid(event.purchase.id)) return event.purchase.id
  const ids = JSON.stringify([kind, event.idempotencyKey, event.connection.id])
  return toUlid(timeOf(event), createHash('sha256').update(ids).digest())
}

/** Where no time is the same in every repeat. */
const noTime = 1

/** Whole milliseconds since 1970. */
function timeOf(event: SubtotalEvent): number {
  const time = event.type === 'purchase.created' ? Date.parse(event.purchase.date ?? '') : (ulidTime(event.id) ?? noTime)
  return time >= noTime && time <= lastUlidTime ? time : noTime
}
