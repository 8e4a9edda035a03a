import type { ConnectionState, ConnectionStatus } from '@subtotal-connectors/core'
import type { Database } from 'better-sqlite3'
import type { ConnectionStatement } from '../connection-statement.ts'
import { isEmptyStatement, isSameState, stateAfter } from '../connection-statement.ts'

interface StateRow {
  readonly customer_id: string | null
  readonly email: string | null
  readonly mobile: string | null
  readonly retailer: string | null
  readonly status: ConnectionStatus | null
}

interface HistoryRow extends StateRow {
  readonly order_key: string
  readonly said_customer_id: string | null
  readonly said_email: string | null
  readonly said_mobile: string | null
  readonly said_retailer: string | null
  readonly said_status: ConnectionStatus | null
}

/** What is known of connections, event by event. Called inside the caller's transaction. */
export interface ConnectionHistory {
  /** What is known now. */
  now(connectionId: string): ConnectionState | undefined
  /** What was known before the moment that `orderKey` names. */
  before(connectionId: string, orderKey: string): ConnectionState | undefined
  /**
   * Adds what an event says at the moment that `orderKey` names, and carries it into what was known after it. Returns what was known
   * before it.
   */
  add(connectionId: string, orderKey: string, statement: ConnectionStatement): ConnectionState | undefined
  /** Whose the connection was at that moment or the first time it was known afterwards, and whose it is now. */
  customersSince(connectionId: string, orderKey: string): readonly (string | null)[]
}

/**
 * One row per event that says something, with the state after it, so that the state before any event is one look-up, and an event
 * that comes late changes only the states up to where it no longer matters.
 */
export function connectionHistory(database: Database): ConnectionHistory {
  const lastBefore = database.prepare<[string, string], StateRow>(
    `SELECT customer_id, email, mobile, retailer, status FROM connection_history
     WHERE connection_id = ? AND order_key < ? ORDER BY order_key DESC LIMIT 1`,
  )
  const last = database.prepare<[string], StateRow & { readonly order_key: string }>(
    `SELECT order_key, customer_id, email, mobile, retailer, status FROM connection_history
     WHERE connection_id = ? ORDER BY order_key DESC LIMIT 1`,
  )
  const firstAfter = database.prepare<[string, string], HistoryRow>(
    'SELECT * FROM connection_history WHERE connection_id = ? AND order_key > ? ORDER BY order_key LIMIT 1',
  )
  const customerFrom = database
    .prepare<[string, string], string>(
      `SELECT customer_id FROM connection_history WHERE connection_id = ? AND order_key >= ? AND customer_id IS NOT NULL
       ORDER BY order_key LIMIT 1`,
    )
    .pluck()
  const insert =
    database.prepare(`INSERT INTO connection_history (connection_id, order_key, said_customer_id, said_email, said_mobile,
     said_retailer, said_status, customer_id, email, mobile, retailer, status) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
  const update = database.prepare(`UPDATE connection_history SET customer_id = ?, email = ?, mobile = ?, retailer = ?, status = ?
     WHERE connection_id = ? AND order_key = ?`)

  function carry(connectionId: string, orderKey: string, start: ConnectionState): void {
    let state = start
    let row = firstAfter.get(connectionId, orderKey)
    while (row !== undefined) {
      const next = stateAfter(state, toSaid(row))
      if (isSameState(next, toState(row))) return
      update.run(...toColumns(next), connectionId, row.order_key)
      state = next
      row = firstAfter.get(connectionId, row.order_key)
    }
  }

  return {
    now(connectionId) {
      const newest = last.get(connectionId)
      return newest === undefined ? undefined : toState(newest)
    },
    before(connectionId, orderKey) {
      const row = lastBefore.get(connectionId, orderKey)
      return row === undefined ? undefined : toState(row)
    },
    add(connectionId, orderKey, statement) {
      const newest = last.get(connectionId)
      const isLate = newest !== undefined && newest.order_key > orderKey
      const row = isLate ? lastBefore.get(connectionId, orderKey) : newest
      const previous = row === undefined ? undefined : toState(row)
      // An event that says nothing still makes its connection known, once.
      if (previous !== undefined && isEmptyStatement(statement)) return previous
      const state = stateAfter(previous, statement)
      insert.run(connectionId, orderKey, ...toColumns(statement), ...toColumns(state))
      if (isLate) carry(connectionId, orderKey, state)
      return previous
    },
    customersSince: (connectionId, orderKey) => [
      customerFrom.get(connectionId, orderKey) ?? null,
      last.get(connectionId)?.customer_id ?? null,
    ],
  }
}

function toState(row: StateRow): ConnectionState {
  return { customerId: row.customer_id, email: row.email, mobile: row.mobile, retailer: row.retailer, status: row.status }
}

function toSaid(row: HistoryRow): ConnectionStatement {
  return {
    customerId: row.said_customer_id,
    email: row.said_email,
    mobile: row.said_mobile,
    retailer: row.said_retailer,
    status: row.said_status,
  }
}

function toColumns(state: ConnectionState | ConnectionStatement): readonly (string | null)[] {
  return [state.customerId, state.email, state.mobile, state.retailer, state.status]
}
