import type { Database } from 'better-sqlite3'
import type { Ownership, Person } from '../../erasure/person.ts'
import { isTheirs, withRecord } from '../../erasure/person.ts'
import type { ErasureCursor, PersonSearch } from '../erasure-store.ts'
import type { MemoryValues } from './memory-values.ts'
import { contactPlace, historyPlace, memoryValues } from './memory-values.ts'

interface MemoryRow {
  readonly connection_id: string
  readonly order_key: string
  readonly customer_id: string | null
  readonly email: string | null
  readonly mobile: string | null
}

/** So many rows are looked at in one go: a few milliseconds. */
const windowSize = 2_000
const contactsStep = 1

/**
 * Looks through what is remembered of connections, in the order of their ids: no index by email or phone has to be kept up for a search
 * that is made so seldom.
 */
export function findPerson(database: Database): (person: Person, after: ErasureCursor | null) => PersonSearch {
  const values = memoryValues(database)
  const history = database.prepare<[string, string, number], MemoryRow>(
    `SELECT connection_id, order_key, customer_id, email, mobile FROM connection_history
     WHERE (connection_id, order_key) > (?, ?) ORDER BY connection_id, order_key LIMIT ?`,
  )
  const contacts = database.prepare<[string, number], MemoryRow>(
    `SELECT connection_id, '' AS order_key, customer_id, email, mobile FROM connection_contacts
     WHERE connection_id > ? ORDER BY connection_id LIMIT ?`,
  )
  return (person, after) => {
    const { step, after: place } = after ?? { step: 0, after: ['', ''] }
    const [connectionId, orderKey] = typeof place === 'number' ? ['', ''] : place
    const isContacts = step === contactsStep
    const rows = isContacts ? contacts.all(connectionId, windowSize) : history.all(connectionId, orderKey, windowSize)
    const toOwner = isContacts ? contactOwner : historyOwner
    const found = rows.reduce((known, row) => learn(known, row.connection_id, toOwner(values, row)), person)
    const last = rows.at(-1)
    if (rows.length === windowSize && last !== undefined) {
      return { person: found, next: { step, after: [last.connection_id, last.order_key] } }
    }
    return { person: found, next: isContacts ? null : { step: contactsStep, after: ['', ''] } }
  }
}

function learn(person: Person, connectionId: string, owner: Ownership): Person {
  return isTheirs(person, owner) ? withRecord(person, connectionId, owner) : person
}

function historyOwner(values: MemoryValues, row: MemoryRow): Ownership {
  const { connection_id: connectionId, order_key: orderKey } = row
  return {
    customerId: row.customer_id,
    email: values.open(row.email, historyPlace('email', connectionId, orderKey)),
    mobile: values.open(row.mobile, historyPlace('mobile', connectionId, orderKey)),
  }
}

function contactOwner(values: MemoryValues, row: MemoryRow): Ownership {
  return {
    customerId: row.customer_id,
    email: values.open(row.email, contactPlace('email', row.connection_id)),
    mobile: values.open(row.mobile, contactPlace('mobile', row.connection_id)),
  }
}
