import type { Database } from 'better-sqlite3'
import type { KnownContact } from '../../enrichment/contact.ts'

/** A stored contact; its columns. */
export interface ContactRow {
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
  /** Keeps the newer one. */
  keep(connectionId: string, contact: KnownContact): void
}

/** The columns of {@link ContactRow}, of a table `c`. */
export const contactColumns =
  'c.asked_at, c.customer_id AS contact_customer_id, c.email, c.mobile, c.retailer AS contact_retailer, c.is_simulated'

/** Prepares the statements for contacts. */
export function connectionContacts(database: Database): ConnectionContacts {
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
  return {
    find(connectionId) {
      const row = find.get(connectionId)
      return row === undefined ? undefined : toContact(row)
    },
    keep(connectionId, { askedAt, customerId, email, mobile, retailer, isSimulated }) {
      keep.run(connectionId, askedAt, customerId, email, mobile, retailer, isSimulated ? 1 : 0)
    },
  }
}

/** The contact of a row. */
export function toContact(row: ContactRow): KnownContact {
  return {
    askedAt: row.asked_at,
    customerId: row.contact_customer_id,
    email: row.email,
    mobile: row.mobile,
    retailer: row.contact_retailer,
    isSimulated: row.is_simulated === 1,
  }
}
