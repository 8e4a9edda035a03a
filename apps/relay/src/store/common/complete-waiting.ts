import type { SubtotalEvent } from '@subtotal-connectors/core'
import type { Found } from '../../enrichment/complete-from-subtotal.ts'
import { completeFromSubtotal } from '../../enrichment/complete-from-subtotal.ts'
import type { ConnectionContacts } from './connection-contacts.ts'
import type { ConnectionHistory } from './connection-history.ts'
import type { EventBodies } from './event-bodies.ts'
import type { IdentityArrivals } from './identity-arrivals.ts'

/** An event that waits, as it is stored. */
export interface WaitingRow {
  readonly event_id: string
  readonly body: string
  readonly order_key: string
  readonly connection_id: string
}

/** What completing works with. */
export interface CompletionParts {
  readonly bodies: Pick<EventBodies, 'open'>
  readonly history: Pick<ConnectionHistory, 'customersSince'>
  readonly contacts: Pick<ConnectionContacts, 'keep'>
  readonly arrivals: IdentityArrivals
  readonly guard: {
    hasBlocks(): boolean
    drops(event: SubtotalEvent): boolean
  }
}

/**
 * Remembers what was found. Returns the event as it is to be stored; `undefined`: as it was; `dropped`: it is of a person whose events are
 * dropped, which nobody knew before.
 */
export function completeWaiting(
  { bodies, history, contacts, arrivals, guard }: CompletionParts,
  row: WaitingRow,
  found: Found,
): SubtotalEvent | 'dropped' | undefined {
  if (found.contact === undefined && found.purchase === undefined) return undefined
  const stored = bodies.open(row)
  if (stored === undefined) return undefined
  const event = completeFromSubtotal(stored, found, history.customersSince(row.connection_id, row.order_key))
  if (guard.hasBlocks() && guard.drops(event)) return 'dropped'
  if (found.contact !== undefined && contacts.keep(row.connection_id, found.contact)) arrivals.add(row.connection_id)
  return event
}
