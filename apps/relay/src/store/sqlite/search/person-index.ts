import type { Database } from 'better-sqlite3'
import type { Identity } from '../../../erasure/identity.ts'
import type { PersonIndex } from '../../common/person-index.ts'
import { identitiesOf, personIdsOf } from '../../common/person-index.ts'
import { isSameCustomer } from '../../connection-statement.ts'
import { storeHash } from '../store-hash.ts'

/** Prepares the statements for keeping the index. */
export function personIndex(database: Database): PersonIndex {
  const idOf = personIds(database)
  const insert = database.prepare('INSERT OR IGNORE INTO person_index (person_id, connection_id, customer_id) VALUES (?, ?, ?)')
  const remove = database.prepare('DELETE FROM person_index WHERE connection_id = ? AND customer_id <> ?')
  const removeAll = database.prepare('DELETE FROM person_index WHERE connection_id = ?')
  return {
    learn(connectionId, owner, previous) {
      if (isSameCustomer(previous, owner)) return
      for (const identity of identitiesOf(owner)) insert.run(idOf(identity), connectionId, owner.customerId ?? '')
    },
    forget(connectionId, keptCustomer) {
      if (keptCustomer === undefined) removeAll.run(connectionId)
      else remove.run(connectionId, keptCustomer)
    },
  }
}

/** Tells the opaque id of whoever is known by an email address or phone number in an open store. */
export function personIds(database: Database): (identity: Identity) => string {
  return personIdsOf(storeHash(database))
}
