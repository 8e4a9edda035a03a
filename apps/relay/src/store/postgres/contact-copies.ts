import type { KnownContact } from '../../enrichment/contact.ts'
import { noContact } from '../../enrichment/contact.ts'
import type { ConnectionContacts, ContactRow } from '../common/connection-contacts.ts'
import { contactColumns, toContact } from '../common/connection-contacts.ts'
import type { MemoryValues } from '../common/memory-values.ts'
import { contactPlace } from '../common/memory-values.ts'
import type { PersonIndex } from '../common/person-index.ts'
import { isSameCustomer } from '../connection-statement.ts'
import type { SqlSession } from './sql-session.ts'
import { toStoredText } from './sql-session.ts'
import type { TransactionSession } from './transaction-session.ts'

/** Copies of contacts. What is changed in them is written by `save`. */
export interface ContactCopies extends ConnectionContacts {
  save(session: TransactionSession): void
}

/** Reads the contacts of connections. */
export async function copyContacts(
  session: SqlSession,
  values: MemoryValues,
  connectionIds: readonly string[],
  learn: PersonIndex['learn'],
): Promise<ContactCopies> {
  const rows = await session.rows<ContactRow>(
    `SELECT ${contactColumns} FROM relay.connection_contacts c WHERE c.connection_id = ANY($1::text[])`,
    connectionIds,
  )
  const contacts = new Map(rows.map((row) => [row.contact_connection_id, toContact(values, row)]))
  const stored = new Set(contacts.keys())
  const changed = new Set<string>()

  function write(session: TransactionSession, ids: readonly string[]): void {
    const kept = ids.flatMap((id) => {
      const contact = contacts.get(id)
      return contact === undefined ? [] : [{ id, ...contact }]
    })
    if (kept.length === 0) return
    session.write(
      `INSERT INTO relay.connection_contacts (connection_id, asked_at, customer_id, email, mobile, retailer, is_simulated)
       SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::smallint[])
       ON CONFLICT (connection_id) DO UPDATE SET asked_at = excluded.asked_at, customer_id = excluded.customer_id,
       email = excluded.email, mobile = excluded.mobile, retailer = excluded.retailer, is_simulated = excluded.is_simulated`,
      kept.map((one) => one.id),
      kept.map((one) => one.askedAt),
      kept.map((one) => one.customerId),
      kept.map((one) => values.seal(one.email, contactPlace('email', one.id))),
      kept.map((one) => values.seal(one.mobile, contactPlace('mobile', one.id))),
      kept.map((one) => one.retailer),
      kept.map((one) => (one.isSimulated ? 1 : 0)),
    )
  }

  function remove(session: TransactionSession, ids: readonly string[]): void {
    const gone = ids.filter((id) => stored.has(id) && !contacts.has(id))
    if (gone.length > 0) session.write('DELETE FROM relay.connection_contacts WHERE connection_id = ANY($1::text[])', gone)
  }

  return {
    find: (connectionId) => contacts.get(toStoredText(connectionId)),
    keep(connectionId, contact: KnownContact) {
      const id = toStoredText(connectionId)
      const before = contacts.get(id)
      const isNewer = before === undefined || contact.askedAt > before.askedAt
      if (isNewer) {
        contacts.set(id, contact)
        changed.add(id)
      }
      learn(connectionId, contact, before)
      return isNewer && !isSameCustomer(before ?? noContact, contact)
    },
    forget(connectionId) {
      const id = toStoredText(connectionId)
      contacts.delete(id)
      changed.add(id)
    },
    save(session) {
      remove(session, [...changed])
      write(session, [...changed])
    },
  }
}
