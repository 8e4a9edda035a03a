import type { Customer } from '../event/subtotal-event.ts'

/** The fields of a connection's customer that can identify a person at a destination. */
export const identifierKinds = ['email', 'customerId', 'mobile'] as const

/** One of {@link identifierKinds}. */
export type IdentifierKind = (typeof identifierKinds)[number]

/** A person, by one identifier in the form that destinations want. */
export interface Identifier {
  readonly kind: IdentifierKind
  readonly value: string
}

const emailShape = /^[^\s@]+@[^\s@]+$/
const phoneShape = /^\+[1-9]\d{6,14}$/

/**
 * The first usable identifier of the customer, in the order given. Emails are trimmed and lower-cased, phone numbers are
 * checked by their form alone, ids are left as they are. `undefined`: none is usable.
 */
export function identify(customer: Customer, kinds: readonly IdentifierKind[]): Identifier | undefined {
  for (const kind of kinds) {
    const value = usable(customer, kind)
    if (value !== undefined) return { kind, value }
  }
  return undefined
}

function usable(customer: Customer, kind: IdentifierKind): string | undefined {
  switch (kind) {
    case 'email': {
      const email = customer.email?.trim().toLowerCase()
      return email !== undefined && emailShape.test(email) ? email : undefined
    }
    case 'customerId':
      return customer.id !== null && customer.id.trim() !== '' ? customer.id : undefined
    case 'mobile': {
      const mobile = customer.mobile?.trim()
      return mobile !== undefined && phoneShape.test(mobile) ? mobile : undefined
    }
  }
}
