import type { Database } from 'better-sqlite3'
import type { KnownContact } from '../../enrichment/contact.ts'
import { noContact } from '../../enrichment/contact.ts'
import { isSameCustomer } from '../connection-statement.ts'
import type { MemoryValues } from './memory-values.ts'
import { contactPlace, memoryValues } from './memory-values.ts'
import { personIndex } from './search/person-index.ts'

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

/** Prepares the statements for contacts. */
export function connectionContacts(database: Database): ConnectionContacts {
  const values = memoryValues(database)
  const people = personIndex(database)
  const find = database.prepare<[string], ContactRow>(
    `SELECT ${contactColumns} FROM connection_contacts c WHERE c.connection_id = ?`,
  )
  const keep = database.prepare(
    `INSERT INTO connection_contacts (connection_id, asked_at, customer_id, email, mobile, retailer, is_simulated)
     VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (connection_id) DO UPDATE SET asked_at = excluded.asked_at, customer_id = excluded.customer_id,
     email = excluded.email, mobile = excluded.mobile, retailer = excluded.retailer, is_simulated = excluded.is_simulated
     WHERE excluded.asked_at > asked_at`,
  )

  const forget = database.prepare('DELETE FROM connection_contacts WHERE connection_id = ?')

  function findContact(connectionId: string): KnownContact | undefined {
    const row = find.get(connectionId)
    return row === undefined ? undefined : toContact(values, row)
  }

  return {
    find: findContact,
    keep(connectionId, contact) {
      const { askedAt, customerId, email, mobile, retailer, isSimulated } = contact
      const before = findContact(connectionId)
      const sealedEmail = values.seal(email, contactPlace('email', connectionId))
      const sealedMobile = values.seal(mobile, contactPlace('mobile', connectionId))
      const { changes } = keep.run(connectionId, askedAt, customerId, sealedEmail, sealedMobile, retailer, isSimulated ? 1 : 0)
      people.learn(connectionId, contact, before)
      return changes > 0 && !isSameCustomer(before ?? noContact, contact)
    },
    forget: (connectionId) => void forget.run(connectionId),
  }
}

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
