import type { Identity } from '../../erasure/identity.ts'
import { normalize, refuseIdentity } from '../../erasure/identity.ts'
import type { Ownership } from '../../erasure/person.ts'
import type { KeyedHash } from './keyed-hash.ts'

/**
 * By which email addresses and phone numbers a connection was ever known, and whose it was then; only as hashes, so that the index tells
 * nothing to who has the store alone. Called inside the caller's transaction.
 */
export interface PersonIndex {
  /** Adds what is known now. `previous`: what was known before; where it is the same nothing is done. */
  learn(connectionId: string, owner: Ownership, previous: Ownership | undefined): void
  /** Forgets a connection. `keptCustomer`: but not what was known of it while it was this customer's. */
  forget(connectionId: string, keptCustomer?: string): void
}

/** Tells the opaque id of whoever is known by an email address or phone number: 32 hex digits, for ever the same in one store. */
export function personIdsOf(hash: KeyedHash): (identity: Identity) => string {
  return ({ kind, value }) => hash(`person:${kind}`, value).toString('hex')
}

/** A brand's own id of a customer may be their email address or phone number: then it is one here too. */
export function identitiesOf({ customerId, email, mobile }: Ownership): readonly Identity[] {
  const given = [
    ...(email === null ? [] : [toIdentity('email', email)]),
    ...(mobile === null ? [] : [toIdentity('mobile', mobile)]),
  ]
  if (customerId === null) return given
  const named = [toIdentity('email', customerId), toIdentity('mobile', customerId)]
  return [...given, ...named.filter((identity) => refuseIdentity(identity) === undefined)]
}

function toIdentity(kind: Identity['kind'], value: string): Identity {
  return { kind, value: normalize(kind, value) }
}
