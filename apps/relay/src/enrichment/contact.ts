import type { SubtotalEvent } from '@subtotal-connectors/core'
import { partialContactMs, wholeContactMs } from './enrichment-policy.ts'

/** What Subtotal's API says of a connection. All `null` when it knows no such connection. */
export interface Contact {
  readonly customerId: string | null
  readonly email: string | null
  readonly mobile: string | null
  readonly retailer: string | null
  readonly isSimulated: boolean
}

/** A contact and when Subtotal said it, in milliseconds since 1970. */
export interface KnownContact extends Contact {
  readonly askedAt: number
}

/** What there is to know of a connection that Subtotal does not have. */
export const noContact: Contact = { customerId: null, email: null, mobile: null, retailer: null, isSimulated: false }

/** Whether the event lacks an identifier that its connection may have. */
export function lacksContact({ customer }: SubtotalEvent): boolean {
  return customer.email === null || customer.mobile === null
}

/** Whether Subtotal need not be asked again yet. */
export function isFresh(contact: KnownContact, now: number): boolean {
  const isWhole = contact.email !== null && contact.mobile !== null
  return Math.abs(now - contact.askedAt) < (isWhole ? wholeContactMs : partialContactMs)
}

/**
 * The event with what it lacks of its customer. A contact is of the connection's customer now: it says nothing of an event when the
 * connection is or was since then another customer's. `customerIds`: those that are known of the connection since the event. Pure.
 */
export function withContact(event: SubtotalEvent, contact: Contact, customerIds: readonly (string | null)[]): SubtotalEvent {
  const { customer, connection } = event
  const isAnothers = [customer.id, ...customerIds].some((id) => id !== null && id !== contact.customerId)
  if (contact.customerId !== null && isAnothers) return event
  return {
    ...event,
    customer: {
      id: customer.id ?? contact.customerId,
      email: customer.email ?? contact.email,
      mobile: customer.mobile ?? contact.mobile,
    },
    connection: { id: connection.id, retailer: connection.retailer ?? contact.retailer },
    isSimulated: event.isSimulated || contact.isSimulated,
  }
}
