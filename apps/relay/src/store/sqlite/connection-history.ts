import type { ConnectionState, ConnectionStatus } from '@subtotal-connectors/core'
import type { Database } from 'better-sqlite3'
import type { ConnectionStatement } from '../connection-statement.ts'
import { isEmptyStatement, isSameCustomer, isSameState, namesCustomer, stateAfter } from '../connection-statement.ts'
import { historyPlace, memoryValues } from './memory-values.ts'
import { personIndex } from './search/person-index.ts'

interface StateRow {
  readonly order_key: string
  readonly customer_id: string | null
  readonly email: string | null
  readonly mobile: string | null
  readonly retailer: string | null
  readonly status: ConnectionStatus | null
}

interface HistoryRow extends StateRow {
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
   * before it, and whether it may tell of the customer of earlier events.
   */
  add(
    connectionId: string,
    orderKey: string,
    statement: ConnectionStatement,
  ): { readonly previous: ConnectionState | undefined; readonly isNews: boolean }
  /** Whose the connection was at that moment or the first time it was known afterwards, and whose it is now. */
  customersSince(connectionId: string, orderKey: string): readonly (string | null)[]
}

/**
 * One row per event that says something, with the state after it, so that the state before any event is one look-up, and an event
 * that comes late changes only the states up to where it no longer matters.
 */
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
    database.prepare(`INSERT INTO connection_history (connection_id, order_key, said_customer_id, said_email, said_mobile,
     said_retailer, said_status, customer_id, email, mobile, retailer, status) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
  const update = database.prepare(`UPDATE connection_history SET customer_id = ?, email = ?, mobile = ?, retailer = ?, status = ?
     WHERE connection_id = ? AND order_key = ?`)

  const values = memoryValues(database)
  const people = personIndex(database)

  function toState(connectionId: string, row: StateRow): ConnectionState {
    const { order_key: orderKey, customer_id: customerId, retailer, status } = row
    return {
      customerId,
      email: values.open(row.email, historyPlace('email', connectionId, orderKey)),
      mobile: values.open(row.mobile, historyPlace('mobile', connectionId, orderKey)),
      retailer,
      status,
    }
  }

  function toSaid(connectionId: string, row: HistoryRow): ConnectionStatement {
    return {
      customerId: row.said_customer_id,
      email: values.open(row.said_email, historyPlace('said_email', connectionId, row.order_key)),
      mobile: values.open(row.said_mobile, historyPlace('said_mobile', connectionId, row.order_key)),
      retailer: row.said_retailer,
      status: row.said_status,
    }
  }

  function toColumns(
    said: 'said_' | '',
    connectionId: string,
    orderKey: string,
    { customerId, email, mobile, retailer, status }: ConnectionState | ConnectionStatement,
  ): readonly (string | null)[] {
    return [
      customerId,
      values.seal(email, historyPlace(`${said}email`, connectionId, orderKey)),
      values.seal(mobile, historyPlace(`${said}mobile`, connectionId, orderKey)),
      retailer,
      status,
    ]
  }

  function carry(connectionId: string, orderKey: string, start: ConnectionState): void {
    let state = start
    let row = firstAfter.get(connectionId, orderKey)
    while (row !== undefined) {
      const next = stateAfter(state, toSaid(connectionId, row))
      const known = toState(connectionId, row)
      if (isSameState(next, known)) return
      update.run(...toColumns('', connectionId, row.order_key, next), connectionId, row.order_key)
      people.learn(connectionId, next, known)
      state = next
      row = firstAfter.get(connectionId, row.order_key)
    }
  }

  return {
    now(connectionId) {
      const newest = last.get(connectionId)
      return newest === undefined ? undefined : toState(connectionId, newest)
    },
    before(connectionId, orderKey) {
      const row = lastBefore.get(connectionId, orderKey)
      return row === undefined ? undefined : toState(connectionId, row)
    },
    add(connectionId, orderKey, statement) {
      const newest = last.get(connectionId)
      const isLate = newest !== undefined && newest.order_key > orderKey
      const row = isLate ? lastBefore.get(connectionId, orderKey) : newest
      const previous = row === undefined ? undefined : toState(connectionId, row)
      // An event that says nothing still makes its connection known, once.
      if (previous !== undefined && isEmptyStatement(statement)) return { previous, isNews: false }
      const state = stateAfter(previous, statement)
      const said = toColumns('said_', connectionId, orderKey, statement)
      insert.run(connectionId, orderKey, ...said, ...toColumns('', connectionId, orderKey, state))
      people.learn(connectionId, state, previous)
      if (isLate) carry(connectionId, orderKey, state)
      const isNews = newest !== undefined && (isLate ? namesCustomer(statement) : !isSameCustomer(previous, state))
      return { previous, isNews }
    },
    customersSince: (connectionId, orderKey) => [
      customerAt.get(connectionId, orderKey) ?? customerAfter.get(connectionId, orderKey) ?? null,
      last.get(connectionId)?.customer_id ?? null,
    ],
  }
}
