import type { ConnectionEvent, ConnectionState, ConnectionStatus, SubtotalEvent } from '@subtotal-connectors/core'
import { nextConnectionState, statusAfter } from '@subtotal-connectors/core'

/** What one event says of its connection, and nothing that was known before it. */
export interface ConnectionStatement {
  readonly customerId: string | null
  readonly email: string | null
  readonly mobile: string | null
  readonly retailer: string | null
  readonly status: ConnectionStatus | null
}

/** What a customer is told by. */
type Identifiers = Pick<ConnectionStatement, 'customerId' | 'email' | 'mobile'>

const typeOf = {
  active: 'account.connected',
  disconnected: 'account.disconnected',
  unauthenticated: 'connection.unauthenticated',
} as const satisfies Record<ConnectionStatus, ConnectionEvent['type']>

/** What an event, as parsed, says of its connection. */
export function toStatement(event: SubtotalEvent): ConnectionStatement {
  const { customer, connection } = event
  return {
    customerId: customer.id,
    email: customer.email,
    mobile: customer.mobile,
    retailer: connection.retailer,
    status: statusAfter(event),
  }
}

/** Whether the event says anything at all. */
export function isEmptyStatement(statement: ConnectionStatement): boolean {
  return Object.values(statement).every((value) => value === null)
}

/** The state after a statement: the same as `nextConnectionState` of the event that made it. */
export function stateAfter(previous: ConnectionState | undefined, statement: ConnectionStatement): ConnectionState {
  const state = nextConnectionState(previous, toEvent(statement))
  return statement.status === null ? { ...state, status: previous?.status ?? null } : state
}

/** Whether a statement holds anything that a customer is told by. */
export function namesCustomer({ customerId, email, mobile }: Identifiers): boolean {
  return customerId !== null || email !== null || mobile !== null
}

/** Whether the same is known of the customer. */
export function isSameCustomer(one: Identifiers | undefined, other: Identifiers): boolean {
  return one?.customerId === other.customerId && one.email === other.email && one.mobile === other.mobile
}

/** Whether two states are the same. */
export function isSameState(one: ConnectionState, other: ConnectionState): boolean {
  return isSameCustomer(one, other) && one.retailer === other.retailer && one.status === other.status
}

function toEvent(statement: ConnectionStatement): ConnectionEvent {
  return {
    id: '',
    type: typeOf[statement.status ?? 'active'],
    occurredAt: '',
    receivedAt: '',
    idempotencyKey: '',
    customer: { id: statement.customerId, email: statement.email, mobile: statement.mobile },
    connection: { id: '', retailer: statement.retailer },
    isSimulated: false,
    isHistorical: false,
  }
}
