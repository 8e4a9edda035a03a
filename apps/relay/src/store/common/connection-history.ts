import type { ConnectionState, ConnectionStatus } from '@subtotal-connectors/core'
import type { ConnectionStatement } from '../connection-statement.ts'
import { isEmptyStatement, isSameCustomer, isSameState, namesCustomer, stateAfter } from '../connection-statement.ts'
import type { MemoryValues } from './memory-values.ts'
import { historyPlace } from './memory-values.ts'
import type { PersonIndex } from './person-index.ts'

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

/** What was known after an event. */
export interface StateRow {
  readonly order_key: string
  readonly customer_id: string | null
  readonly email: string | null
  readonly mobile: string | null
  readonly retailer: string | null
  readonly status: ConnectionStatus | null
}

/** And what the event said. */
export interface HistoryRow extends StateRow {
  readonly said_customer_id: string | null
  readonly said_email: string | null
  readonly said_mobile: string | null
  readonly said_retailer: string | null
  readonly said_status: ConnectionStatus | null
}

/** The rows of a history, as they are stored, in the order of their keys. */
export interface HistoryRows extends Pick<ConnectionHistory, 'customersSince'> {
  last(connectionId: string): StateRow | undefined
  lastBefore(connectionId: string, orderKey: string): StateRow | undefined
  firstAfter(connectionId: string, orderKey: string): HistoryRow | undefined
  insert(connectionId: string, row: HistoryRow): void
  update(connectionId: string, row: StateRow): void
}

/**
 * One row per event that says something, with the state after it, so that the state before any event is one look-up, and an event
 * that comes late changes only the states up to where it no longer matters.
 */
export function historyOf(rows: HistoryRows, values: MemoryValues, people: Pick<PersonIndex, 'learn'>): ConnectionHistory {
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

  function toStateRow(connectionId: string, orderKey: string, state: ConnectionState): StateRow {
    return {
      order_key: orderKey,
      customer_id: state.customerId,
      email: values.seal(state.email, historyPlace('email', connectionId, orderKey)),
      mobile: values.seal(state.mobile, historyPlace('mobile', connectionId, orderKey)),
      retailer: state.retailer,
      status: state.status,
    }
  }

  function toRow(connectionId: string, orderKey: string, said: ConnectionStatement, state: ConnectionState): HistoryRow {
    return {
      ...toStateRow(connectionId, orderKey, state),
      said_customer_id: said.customerId,
      said_email: values.seal(said.email, historyPlace('said_email', connectionId, orderKey)),
      said_mobile: values.seal(said.mobile, historyPlace('said_mobile', connectionId, orderKey)),
      said_retailer: said.retailer,
      said_status: said.status,
    }
  }

  function carry(connectionId: string, orderKey: string, start: ConnectionState): void {
    let state = start
    let row = rows.firstAfter(connectionId, orderKey)
    while (row !== undefined) {
      const next = stateAfter(state, toSaid(connectionId, row))
      const known = toState(connectionId, row)
      if (isSameState(next, known)) return
      rows.update(connectionId, toStateRow(connectionId, row.order_key, next))
      people.learn(connectionId, next, known)
      state = next
      row = rows.firstAfter(connectionId, row.order_key)
    }
  }

  return {
    now(connectionId) {
      const newest = rows.last(connectionId)
      return newest === undefined ? undefined : toState(connectionId, newest)
    },
    before(connectionId, orderKey) {
      const row = rows.lastBefore(connectionId, orderKey)
      return row === undefined ? undefined : toState(connectionId, row)
    },
    add(connectionId, orderKey, statement) {
      const newest = rows.last(connectionId)
      const isLate = newest !== undefined && newest.order_key > orderKey
      const row = isLate ? rows.lastBefore(connectionId, orderKey) : newest
      const previous = row === undefined ? undefined : toState(connectionId, row)
      // An event that says nothing still makes its connection known, once.
      if (previous !== undefined && isEmptyStatement(statement)) return { previous, isNews: false }
      const state = stateAfter(previous, statement)
      rows.insert(connectionId, toRow(connectionId, orderKey, statement, state))
      people.learn(connectionId, state, previous)
      if (isLate) carry(connectionId, orderKey, state)
      const isNews = newest !== undefined && (isLate ? namesCustomer(statement) : !isSameCustomer(previous, state))
      return { previous, isNews }
    },
    customersSince: rows.customersSince,
  }
}
