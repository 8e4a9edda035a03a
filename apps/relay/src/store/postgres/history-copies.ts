import type { HistoryRow, HistoryRows, StateRow } from '../common/connection-history.ts'
import type { SqlSession } from './sql-session.ts'
import { toStoredText } from './sql-session.ts'
import type { TransactionSession } from './transaction-session.ts'

/** A connection, and the first moment of its history that will be asked for. */
export interface HistoryRequest {
  readonly connectionId: string
  readonly orderKey: string
}

/** Copies of histories, each from what was known before a moment on. What is changed in them is written by `save`. */
export interface HistoryCopies extends HistoryRows {
  /** Those of a connection, in order. */
  of(connectionId: string): readonly HistoryRow[]
  save(session: TransactionSession): void
}

interface StoredRow extends HistoryRow {
  readonly connection_id: string
}

const columns = [
  'connection_id',
  'order_key',
  'said_customer_id',
  'said_email',
  'said_mobile',
  'said_retailer',
  'said_status',
  'customer_id',
  'email',
  'mobile',
  'retailer',
  'status',
] as const

/** Reads the histories of connections. One that is asked for twice is read from the earlier moment on. */
export async function copyHistories(session: SqlSession, requests: readonly HistoryRequest[]): Promise<HistoryCopies> {
  // `OFFSET 0`: each connection is looked up by the index, whatever the planner takes the tables for.
  const rows = await session.rows<StoredRow>(
    `SELECT ${columns.map((column) => `h.${column}`).join(', ')}
     FROM (SELECT id, min(since COLLATE "C") AS since FROM unnest($1::text[], $2::text[]) AS r(id, since) GROUP BY id) AS asked
     LEFT JOIN LATERAL (
       SELECT order_key FROM relay.connection_history
       WHERE connection_id = asked.id AND order_key < asked.since ORDER BY order_key DESC LIMIT 1
     ) AS before ON true
     CROSS JOIN LATERAL (
       SELECT * FROM relay.connection_history WHERE connection_id = asked.id AND order_key >= coalesce(before.order_key, '') OFFSET 0
     ) AS h ORDER BY h.connection_id, h.order_key`,
    requests.map((one) => one.connectionId),
    requests.map((one) => one.orderKey),
  )
  const histories = new Map<string, StoredRow[]>()
  const changed = new Set<StoredRow>()
  for (const row of rows) historyOf(row.connection_id).push(row)

  function historyOf(connectionId: string): StoredRow[] {
    const id = toStoredText(connectionId)
    const history = histories.get(id) ?? []
    histories.set(id, history)
    return history
  }

  /** Puts a row in its place, instead of one that has it. */
  function put(connectionId: string, row: HistoryRow): void {
    const history = historyOf(connectionId)
    const stored = { ...row, connection_id: connectionId }
    const next = history.findIndex((one) => one.order_key >= row.order_key)
    const index = next === -1 ? history.length : next
    const replaced = history[index]?.order_key === row.order_key ? history[index] : undefined
    history.splice(index, replaced === undefined ? 0 : 1, stored)
    if (replaced !== undefined) changed.delete(replaced)
    changed.add(stored)
  }

  const lastOf = (connectionId: string, isMeant: (row: StoredRow) => boolean): StoredRow | undefined =>
    historyOf(connectionId).findLast(isMeant)

  return {
    of: historyOf,
    last: (connectionId) => historyOf(connectionId).at(-1),
    lastBefore: (connectionId, orderKey) => lastOf(connectionId, (row) => row.order_key < orderKey),
    firstAfter: (connectionId, orderKey) => historyOf(connectionId).find((row) => row.order_key > orderKey),
    insert: put,
    update(connectionId, row: StateRow) {
      const known = historyOf(connectionId).find((one) => one.order_key === row.order_key)
      if (known !== undefined) put(connectionId, { ...known, ...row })
    },
    customersSince(connectionId, orderKey) {
      const then = lastOf(connectionId, (row) => row.order_key <= orderKey)?.customer_id
      const next = historyOf(connectionId).find((row) => row.order_key > orderKey && row.customer_id !== null)?.customer_id
      return [then ?? next ?? null, historyOf(connectionId).at(-1)?.customer_id ?? null]
    },
    save(session) {
      if (changed.size === 0) return
      const [, , ...values] = columns
      session.write(
        `INSERT INTO relay.connection_history (${columns.join(', ')})
         SELECT * FROM unnest(${columns.map((_, index) => `$${index + 1}::text[]`).join(', ')})
         ON CONFLICT (connection_id, order_key) DO UPDATE SET ${values.map((one) => `${one} = excluded.${one}`).join(', ')}`,
        ...columns.map((column) => [...changed].map((row) => row[column])),
      )
    },
  }
}
