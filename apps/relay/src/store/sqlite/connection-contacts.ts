import type { Database } from 'better-sqlite3'
import type { KnownContact } from '../../enrichment/contact.ts'
import { noContact } from '../../enrichment/contact.ts'
import type { ConnectionContacts, ContactRow } from '../common/connection-contacts.ts'
import { contactColumns, toContact } from '../common/connection-contacts.ts'
import { contactPlace, memoryValues } from '../common/memory-values.ts'
import { isSameCustomer } from '../connection-statement.ts'
import { personIndex } from './search/person-index.ts'
import { sealerOf } from './store-sealer.ts'

/** Prepares the statements for contacts. */
export function connectionContacts(database: Database): ConnectionContacts {
  const values = memoryValues(sealerOf(database))
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
