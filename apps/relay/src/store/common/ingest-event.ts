import type { ConnectionState, SubtotalEvent } from '@subtotal-connectors/core'
import { completeEvent } from '@subtotal-connectors/core'
import { toStatement } from '../connection-statement.ts'
import type { IncomingEvent, IngestOutcome, IngestRequest } from '../store.ts'
import type { ConnectionContacts } from './connection-contacts.ts'
import type { ConnectionHistory } from './connection-history.ts'
import type { IdentityArrivals } from './identity-arrivals.ts'
import type { WaitingJudge } from './judge-waiting.ts'
import { judgeWaiting } from './judge-waiting.ts'

/** An event that is stored. */
export interface KnownEvent {
  readonly event_id: string
  readonly type: string
  readonly content_hash: string
  readonly payload_deleted_at: number | null
}

/** An event that is to be stored. */
export interface NewEvent {
  readonly incoming: IncomingEvent
  /** With what is known of its connection. */
  readonly event: SubtotalEvent
  /** Its deliveries wait until it is completed from Subtotal. */
  readonly mustWait: boolean
  /** Since when its deliveries are pending. */
  readonly since: number
}

/** What it takes to store events, one after the other; each sees what was done for those before it. */
export interface IngestParts<Known extends KnownEvent> extends WaitingJudge {
  readonly history: ConnectionHistory
  readonly contacts: ConnectionContacts
  readonly arrivals: IdentityArrivals
  readonly guard: {
    isErased(event: SubtotalEvent): boolean
    hasBlocks(): boolean
    drops(event: SubtotalEvent): boolean
  }
  find(event: SubtotalEvent): Known | undefined
  /** Keeps a known event's other content, once. Whether it was new. */
  keepVersion(known: Known, incoming: IncomingEvent): boolean
  store(event: NewEvent): void
}

/** Stores an event with what it says of its connection, unless it is known or was erased. */
export function ingestEvent<Known extends KnownEvent>(
  parts: IngestParts<Known>,
  incoming: IncomingEvent,
  request: Pick<IngestRequest, 'pendingSince' | 'isWhole'>,
): IngestOutcome {
  const { id: eventId, type } = incoming.event
  const known = parts.find(incoming.event)
  if (known !== undefined) {
    const isNewVersion = parts.keepVersion(known, incoming)
    return { result: 'duplicate', eventId: known.event_id, eventType: known.type, isNewVersion }
  }
  const refused = refuse(parts, incoming)
  if (refused !== undefined) return { result: refused, eventId, eventType: type, isNewVersion: false }
  const stored = complete(parts, incoming, request)
  parts.store(stored)
  return { result: 'stored', eventId, eventType: stored.event.type, isNewVersion: false }
}

/** What was erased is known, and stored no more; `ignored`: a person whose later events are dropped. */
function refuse(
  { guard, history }: Pick<IngestParts<KnownEvent>, 'guard' | 'history'>,
  { event, orderKey }: IncomingEvent,
): 'duplicate' | 'ignored' | undefined {
  if (guard.isErased(event)) return 'duplicate'
  if (!guard.hasBlocks()) return undefined
  return guard.drops(completeEvent(event, history.before(event.connection.id, orderKey))) ? 'ignored' : undefined
}

function complete(
  parts: Pick<IngestParts<KnownEvent>, 'history' | 'arrivals' | 'contacts' | 'settings'>,
  incoming: IncomingEvent,
  { pendingSince, isWhole = false }: Pick<IngestRequest, 'pendingSince' | 'isWhole'>,
): NewEvent {
  const { orderKey } = incoming
  const { history, arrivals, contacts } = parts
  const since = pendingSince ?? incoming.receivedAt
  const connectionId = incoming.event.connection.id
  const { previous, isNews } = history.add(connectionId, orderKey, toStatement(incoming.event))
  if (isNews) arrivals.add(connectionId)
  // What Subtotal said of the new customer already stays.
  const isOfOther = contacts.find(connectionId)?.customerId !== incoming.event.customer.id
  if (isHandedOver(previous, incoming.event) && isOfOther) contacts.forget(connectionId)
  const event = completeEvent(incoming.event, previous)
  return { incoming, since, ...(isWhole ? { event, mustWait: false } : judgeWaiting(parts, event, orderKey, since)) }
}

/** Whether an event names another customer of its connection than the one before it. */
function isHandedOver(previous: ConnectionState | undefined, { customer }: SubtotalEvent): boolean {
  const before = previous?.customerId ?? null
  return before !== null && customer.id !== null && customer.id !== before
}
