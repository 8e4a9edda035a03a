import type { Identity } from './identity.ts'
import { normalize } from './identity.ts'

/** What a record says of whose it is. */
export interface Ownership {
  readonly customerId: string | null
  readonly email: string | null
  readonly mobile: string | null
}

/** Everything by which a person's records are known. */
export interface Person {
  /** What was asked for. */
  readonly given: Identity
  /** The brand's own ids. */
  readonly customers: ReadonlySet<string>
  readonly emails: ReadonlySet<string>
  readonly mobiles: ReadonlySet<string>
  /** Connections that are or were theirs. */
  readonly connections: ReadonlySet<string>
}

/** A person of whom nothing is known but what was asked for. */
export function newPerson(given: Identity): Person {
  const named = (kind: Identity['kind']): ReadonlySet<string> => new Set(given.kind === kind ? [given.value] : [])
  return { given, customers: named('customer'), emails: named('email'), mobiles: named('mobile'), connections: new Set() }
}

/**
 * Whether a record is the person's: it says the identifier that was asked for; or its customer id is theirs; or it has none, and its email
 * or mobile is theirs. Another customer's record stays, though it may say an email that was found on the way.
 */
export function isTheirs({ given, customers, emails, mobiles }: Person, { customerId, email, mobile }: Ownership): boolean {
  const itsEmail = email === null ? null : normalize('email', email)
  const itsMobile = mobile === null ? null : normalize('mobile', mobile)
  if (given.kind === 'email' && itsEmail === given.value) return true
  if (given.kind === 'mobile' && itsMobile === given.value) return true
  if (customerId !== null) return customers.has(customerId)
  return (itsEmail !== null && emails.has(itsEmail)) || (itsMobile !== null && mobiles.has(itsMobile))
}

/** The person with what one of their records says. The same object when that was known. */
export function withRecord(person: Person, connectionId: string, { customerId, email, mobile }: Ownership): Person {
  const next = {
    ...person,
    customers: withValue(person.customers, customerId),
    emails: withValue(person.emails, email === null ? null : normalize('email', email)),
    mobiles: withValue(person.mobiles, mobile === null ? null : normalize('mobile', mobile)),
    connections: withValue(person.connections, connectionId),
  }
  return sizeOf(next) === sizeOf(person) ? person : next
}

/** How many identifiers are known of the person: it grows while more are found. */
export function sizeOf({ customers, emails, mobiles, connections }: Person): number {
  return customers.size + emails.size + mobiles.size + connections.size
}

function withValue(values: ReadonlySet<string>, value: string | null): ReadonlySet<string> {
  return value === null || values.has(value) ? values : new Set([...values, value])
}
