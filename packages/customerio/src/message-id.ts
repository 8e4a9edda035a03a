import { createHash } from 'node:crypto'
import type { SubtotalEvent } from '@subtotal-connectors/core'
import { isValid, ulid } from 'ulid'
import type { CustomerioMessage } from './customerio-message.ts'

/**
 * The message's id: a ULID that is the same for every repeat of the event and different for every other message. The `track` of a
 * purchase whose id is a ULID has that id; every other message has one whose time is the event's and whose random part is a hash
 * of the kind of message and the event's ids.
 *
 * Customer.io's Track API, behind Pipelines, ignores a repeated ULID; no document says so for Pipelines itself.
 * Source: https://docs.customer.io/files/journeys-track.json (`person_event.id`)
 */
export function toMessageId(kind: CustomerioMessage['type'], event: SubtotalEvent): string {
  if (kind === 'track' && event.type === 'purchase.created' && isValid(event.purchase.id)) return event.purchase.id
  const ids = JSON.stringify([kind, event.idempotencyKey, event.connection.id])
  const bytes = createHash('sha256').update(ids).digest().values()
  // ulid counts from 1970; a purchase with an earlier date has only its hash.
  return ulid(Math.max(0, Date.parse(event.occurredAt)), () => (bytes.next().value ?? 0) / 256)
}
