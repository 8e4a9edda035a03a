import type { Purchase, SubtotalEvent } from '@subtotal-connectors/core'
import { completePurchaseEvent } from '@subtotal-connectors/core'
import type { KnownContact } from './contact.ts'
import { withContact } from './contact.ts'

/** What Subtotal's API answered for one event, as far as it was asked. */
export interface Found {
  readonly purchase?: Purchase
  readonly contact?: KnownContact
}

/** The event with what was found; what it said itself stays. `customerIds`: see `withContact`. Pure. */
export function completeFromSubtotal(event: SubtotalEvent, found: Found, customerIds: readonly (string | null)[]): SubtotalEvent {
  const known = found.contact === undefined ? event : withContact(event, found.contact, customerIds)
  if (found.purchase === undefined || known.type !== 'purchase.created') return known
  return completePurchaseEvent(known, found.purchase)
}
