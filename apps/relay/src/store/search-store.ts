import type { Identity } from '../erasure/identity.ts'

/** Who is known by an email address or phone number. */
export interface FoundPerson {
  /** Stands for the identity in filters and addresses, and says nothing of it to who does not have this store. */
  readonly id: string
  /** Whether any connection was ever known by it. */
  readonly isKnown: boolean
}

/** What is needed to search by what is only a person's own. Part of the `Store`, with its promises. */
export interface SearchStore {
  /** The opaque id for an email address or phone number, whether it is known or not. */
  findPersonId(identity: Identity): Promise<FoundPerson>
}
