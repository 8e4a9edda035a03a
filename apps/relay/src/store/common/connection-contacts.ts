import type { KnownContact } from '../../enrichment/contact.ts'
import type { MemoryValues } from './memory-values.ts'
import { contactPlace } from './memory-values.ts'

/** A stored contact; its columns. */
export interface ContactRow {
  readonly contact_connection_id: string
  readonly asked_at: number
  readonly contact_customer_id: string | null
  readonly email: string | null
  readonly mobile: string | null
  readonly contact_retailer: string | null
  readonly is_simulated: number
}

/** What Subtotal said of connections last. Called inside the caller's transaction. */
export interface ConnectionContacts {
  find(connectionId: string): KnownContact | undefined
  /** Keeps the newer one. Whether it says something else of the customer than the one before it. */
  keep(connectionId: string, contact: KnownContact): boolean
  /** The connection is another customer's now: what Subtotal said before is asked for again. */
  forget(connectionId: string): void
}

/** The columns of {@link ContactRow}, of a table `c`. */
export const contactColumns =
  'c.connection_id AS contact_connection_id, c.asked_at, c.customer_id AS contact_customer_id, c.email, c.mobile, c.retailer AS contact_retailer, c.is_simulated'

/** The contact of a row. */
export function toContact(values: MemoryValues, row: ContactRow): KnownContact {
  return {
    askedAt: row.asked_at,
    customerId: row.contact_customer_id,
    email: values.open(row.email, contactPlace('email', row.contact_connection_id)),
    mobile: values.open(row.mobile, contactPlace('mobile', row.contact_connection_id)),
    retailer: row.contact_retailer,
    isSimulated: row.is_simulated === 1,
  }
}
