import type { ConnectionState, SubtotalEvent } from '@subtotal-connectors/core'
import type { Contact } from '../enrichment/contact.ts'
import { differ, isOfAnother, withContact } from '../enrichment/contact.ts'

/** What is known of an event's connection by now. */
export interface KnownOfConnection {
  /** By all its events. */
  readonly state: ConnectionState | undefined
  /** By Subtotal's API. */
  readonly contact: Contact | undefined
  /** Whose it was when the event happened, or became next, and whose it is now. */
  readonly customerIds: readonly (string | null)[]
}

/** What becomes of an event that lacks identifiers. */
export interface LateIdentity {
  /** With every identifier that is known to be its customer's. */
  readonly event: SubtotalEvent
  /** It has one more than before. */
  readonly isIdentified: boolean
  /** Something that it lacks is known of its connection, but of another customer. */
  readonly isAnothers: boolean
}

/** Completes a stored event by what is known of its connection by now, and of the same customer. What it says itself stays. Pure. */
export function identifyLate(event: SubtotalEvent, { state, contact, customerIds }: KnownOfConnection): LateIdentity {
  const said = state === undefined ? [] : [ofContact({ ...state, isSimulated: false }, contact)]
  const known = [...said, ...(contact === undefined ? [] : [contact])]
  const completed = known.reduce((one, next) => withContact(one, next, customerIds), event)
  return {
    event: completed,
    isIdentified: count(completed) > count(event),
    isAnothers: known.some((one) => isOfAnother(event, one, customerIds) && offers(one, event)),
  }
}

/** What events said without a customer's id is of the customer whom Subtotal names, unless they differ in what else is known. */
function ofContact(said: Contact, contact: Contact | undefined): Contact {
  if (said.customerId !== null || contact === undefined || differ(said, contact)) return said
  return { ...said, customerId: contact.customerId }
}

/** Whether an event has every identifier that there is. */
export function isIdentifiedWholly(event: SubtotalEvent): boolean {
  return count(event) === 3
}

function count({ customer }: SubtotalEvent): number {
  return [customer.id, customer.email, customer.mobile].filter((identifier) => identifier !== null).length
}

function offers(known: Pick<Contact, 'customerId' | 'email' | 'mobile'>, { customer }: SubtotalEvent): boolean {
  return (
    (customer.id === null && known.customerId !== null) ||
    (customer.email === null && known.email !== null) ||
    (customer.mobile === null && known.mobile !== null)
  )
}
