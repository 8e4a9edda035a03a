import type { Database } from 'better-sqlite3'
import { contactPlace, historyPlace, memoryValues } from '../memory-values.ts'
import type { Owner } from './person-index.ts'
import { personIndex } from './person-index.ts'

interface MemoryRow {
  readonly connection_id: string
  readonly order_key: string
  readonly customer_id: string | null
  readonly email: string | null
  readonly mobile: string | null
}

const windowSize = 5_000

/** Indexes what was remembered of connections before there was an index of persons; does nothing once that was done. */
export function fillPersonIndex(database: Database): void {
  const isDone = database.prepare<[], number>("SELECT value FROM counters WHERE name = 'people_indexed'").pluck()
  if (isDone.get() === 1) return
  const values = memoryValues(database)
  const index = personIndex(database)
  const history = database.prepare<[string, string, number], MemoryRow>(
    `SELECT connection_id, order_key, customer_id, email, mobile FROM connection_history
     WHERE (connection_id, order_key) > (?, ?) ORDER BY connection_id, order_key LIMIT ?`,
  )
  const contacts = database.prepare<[string, number], MemoryRow>(
    `SELECT connection_id, '' AS order_key, customer_id, email, mobile FROM connection_contacts
     WHERE connection_id > ? ORDER BY connection_id LIMIT ?`,
  )

  function addAll(read: (after: MemoryRow | undefined) => readonly MemoryRow[], toOwner: (row: MemoryRow) => Owner): void {
    let last: MemoryRow | undefined
    let known: Owner | undefined
    for (let rows = read(undefined); rows.length > 0; rows = read(last)) {
      for (const row of rows) {
        const owner = toOwner(row)
        index.learn(row.connection_id, owner, row.connection_id === last?.connection_id ? known : undefined)
        last = row
        known = owner
      }
    }
  }

  database
    .transaction(() => {
      addAll(
        (after) => history.all(after?.connection_id ?? '', after?.order_key ?? '', windowSize),
        ({ connection_id: id, order_key: key, customer_id: customerId, email, mobile }) => ({
          customerId,
          email: values.open(email, historyPlace('email', id, key)),
          mobile: values.open(mobile, historyPlace('mobile', id, key)),
        }),
      )
      addAll(
        (after) => contacts.all(after?.connection_id ?? '', windowSize),
        ({ connection_id: id, customer_id: customerId, email, mobile }) => ({
          customerId,
          email: values.open(email, contactPlace('email', id)),
          mobile: values.open(mobile, contactPlace('mobile', id)),
        }),
      )
      database.exec("UPDATE counters SET value = 1 WHERE name = 'people_indexed'")
    })
    .immediate()
}
