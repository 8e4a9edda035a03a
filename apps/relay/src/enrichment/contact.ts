import type { SubtotalEvent } from '@subtotal-connectors/core'
import { normalize } from '../erasure/identity.ts'
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

type Reach = Pick<Contact, 'email' | 'mobile'>

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
 * Whether what is known of a connection says nothing of the event's customer: it is of the connection's customer now, and the connection is
 * or was since then another customer's. Where the event names no customer, another email, or else another mobile, is another customer's too.
 * `customerIds`: those that are known of the connection since the event. Pure.
 */
export function isOfAnother(
  { customer }: SubtotalEvent,
  known: Pick<Contact, 'customerId' | 'email' | 'mobile'>,
  customerIds: readonly (string | null)[],
): boolean {
  if ([customer.id, ...customerIds].some((id) => id !== null && id !== known.customerId)) return true
  return customer.id === null && differ(customer, known)
}

/** Whether another email, or else another mobile, tells two customers apart. */
export function differ(one: Reach, other: Reach): boolean {
  const kind = one.email !== null && other.email !== null ? 'email' : 'mobile'
  const [own, others] = [one[kind], other[kind]]
  return own !== null && others !== null && normalize(kind, own) !== normalize(kind, others)
}

/** The event with what it lacks of its customer, unless the contact is of another. `customerIds`: see {@link isOfAnother}. Pure. */
export function withContact(event: SubtotalEvent, contact: Contact, customerIds: readonly (string | null)[]): SubtotalEvent {
  const { customer, connection } = event
  if (isOfAnother(event, contact, customerIds)) return event
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
