import type { Database } from 'better-sqlite3'
import type { Ownership } from '../../erasure/person.ts'
import { contactPlace, historyPlace, memoryValues } from '../common/memory-values.ts'
import { sealerOf } from './store-sealer.ts'

/** What is remembered of whose a connection is or was. */
export interface MemoryRecord {
  readonly connectionId: string
  /** When in the connection's history; empty where Subtotal's API said it. */
  readonly orderKey: string
  readonly owner: Ownership
}

/** Up to so many records after that one, in the order of connections and of their history. */
type ReadRecords = (after: Pick<MemoryRecord, 'connectionId' | 'orderKey'>, limit: number) => readonly MemoryRecord[]

interface MemoryRow {
  readonly connection_id: string
  readonly order_key: string
  readonly customer_id: string | null
  readonly email: string | null
  readonly mobile: string | null
}

/** Before all records. */
export const firstRecord = { connectionId: '', orderKey: '' } as const

/** Reads what events and what Subtotal's API said. */
export function memoryRecords(database: Database): { readonly history: ReadRecords; readonly contacts: ReadRecords } {
  const values = memoryValues(sealerOf(database))
  const history = database.prepare<[string, string, number], MemoryRow>(
    `SELECT connection_id, order_key, customer_id, email, mobile FROM connection_history
     WHERE (connection_id, order_key) > (?, ?) ORDER BY connection_id, order_key LIMIT ?`,
  )
  const contacts = database.prepare<[string, number], MemoryRow>(
    `SELECT connection_id, '' AS order_key, customer_id, email, mobile FROM connection_contacts
     WHERE connection_id > ? ORDER BY connection_id LIMIT ?`,
  )

  return {
    history: ({ connectionId, orderKey }, limit) =>
      history.all(connectionId, orderKey, limit).map((row) => {
        const place = (column: 'email' | 'mobile') => historyPlace(column, row.connection_id, row.order_key)
        return toRecord(row, values.open(row.email, place('email')), values.open(row.mobile, place('mobile')))
      }),
    contacts: ({ connectionId }, limit) =>
      contacts.all(connectionId, limit).map((row) => {
        const place = (column: 'email' | 'mobile') => contactPlace(column, row.connection_id)
        return toRecord(row, values.open(row.email, place('email')), values.open(row.mobile, place('mobile')))
      }),
  }
}

function toRecord(row: MemoryRow, email: string | null, mobile: string | null): MemoryRecord {
  return {
    connectionId: row.connection_id,
    orderKey: row.order_key,
    owner: { customerId: row.customer_id, email, mobile },
  }
}
