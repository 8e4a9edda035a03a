import type { Database } from 'better-sqlite3'
import type { ConnectionHistory, HistoryRow, StateRow } from '../common/connection-history.ts'
import { historyOf } from '../common/connection-history.ts'
import { memoryValues } from '../common/memory-values.ts'
import { personIndex } from './search/person-index.ts'
import { sealerOf } from './store-sealer.ts'

/** Prepares the statements for what is known of connections. */
export function connectionHistory(database: Database): ConnectionHistory {
  const lastBefore = database.prepare<[string, string], StateRow>(
    `SELECT order_key, customer_id, email, mobile, retailer, status FROM connection_history
     WHERE connection_id = ? AND order_key < ? ORDER BY order_key DESC LIMIT 1`,
  )
  const last = database.prepare<[string], StateRow>(
    `SELECT order_key, customer_id, email, mobile, retailer, status FROM connection_history
     WHERE connection_id = ? ORDER BY order_key DESC LIMIT 1`,
  )
  const firstAfter = database.prepare<[string, string], HistoryRow>(
    'SELECT * FROM connection_history WHERE connection_id = ? AND order_key > ? ORDER BY order_key LIMIT 1',
  )
  const customerAt = database
    .prepare<[string, string], string | null>(
      'SELECT customer_id FROM connection_history WHERE connection_id = ? AND order_key <= ? ORDER BY order_key DESC LIMIT 1',
    )
    .pluck()
  const customerAfter = database
    .prepare<[string, string], string>(
      `SELECT customer_id FROM connection_history WHERE connection_id = ? AND order_key > ? AND customer_id IS NOT NULL
       ORDER BY order_key LIMIT 1`,
    )
    .pluck()
  const insert =
    database.prepare(`INSERT OR REPLACE INTO connection_history (connection_id, order_key, said_customer_id, said_email, said_mobile,
     said_retailer, said_status, customer_id, email, mobile, retailer, status) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
  const update = database.prepare(`UPDATE connection_history SET customer_id = ?, email = ?, mobile = ?, retailer = ?, status = ?
     WHERE connection_id = ? AND order_key = ?`)

  const rows = {
    last: (connectionId: string) => last.get(connectionId),
    lastBefore: (connectionId: string, orderKey: string) => lastBefore.get(connectionId, orderKey),
    firstAfter: (connectionId: string, orderKey: string) => firstAfter.get(connectionId, orderKey),
    insert(connectionId: string, row: HistoryRow) {
      const said = [row.said_customer_id, row.said_email, row.said_mobile, row.said_retailer, row.said_status]
      insert.run(connectionId, row.order_key, ...said, ...toColumns(row))
    },
    update: (connectionId: string, row: StateRow) => void update.run(...toColumns(row), connectionId, row.order_key),
    customersSince: (connectionId: string, orderKey: string) => [
      customerAt.get(connectionId, orderKey) ?? customerAfter.get(connectionId, orderKey) ?? null,
      last.get(connectionId)?.customer_id ?? null,
    ],
  }
  return historyOf(rows, memoryValues(sealerOf(database)), personIndex(database))
}

function toColumns({ customer_id: customerId, email, mobile, retailer, status }: StateRow): readonly (string | null)[] {
  return [customerId, email, mobile, retailer, status]
}
