import type { SubtotalEvent } from './subtotal-event.ts'

/** What the last thing known about a connection made of it. */
export type ConnectionStatus = 'active' | 'unauthenticated' | 'disconnected'

/** What is known of a connection before an event: remembered by the receiver, because later events may carry its id alone. */
export interface ConnectionState {
  readonly customerId: string | null
  readonly email: string | null
  readonly mobile: string | null
  readonly retailer: string | null
  /** `null`: nothing about its status has been seen. */
  readonly status: ConnectionStatus | null
}

/** The status that an event leaves its connection in; `null` when the event says nothing about it. */
export function statusAfter(event: SubtotalEvent): ConnectionStatus | null {
  switch (event.type) {
    case 'account.connected':
    case 'connection.reauthenticated':
      return 'active'
    case 'account.disconnected':
      return 'disconnected'
    case 'connection.unauthenticated':
      return 'unauthenticated'
    case 'purchase.created':
    case 'profile.created':
    case 'profile.updated':
      return null
  }
}

/**
 * The state after an event. Identifiers are remembered until the connection's customer id changes; what the event does not
 * say stays as it was.
 */
export function nextConnectionState(previous: ConnectionState | undefined, event: SubtotalEvent): ConnectionState {
  const known = previous !== undefined && isSameCustomer(previous, event) ? previous : undefined
  return {
    customerId: event.customer.id ?? known?.customerId ?? null,
    email: event.customer.email ?? known?.email ?? null,
    mobile: event.customer.mobile ?? known?.mobile ?? null,
    retailer: event.connection.retailer ?? previous?.retailer ?? null,
    status: statusAfter(event) ?? previous?.status ?? null,
  }
}

/**
 * Fills in what the event leaves out from what was known of its connection before it, and tells a login after a lost one from
 * a first link: an activation is `account.connected` when nothing earlier is known or the last thing was a disconnect, else
 * `connection.reauthenticated`. Pure.
 */
export function completeEvent(event: SubtotalEvent, previous: ConnectionState | undefined): SubtotalEvent {
  if (previous === undefined) return event
  const { customerId, email, mobile, retailer } = nextConnectionState(previous, event)
  const completed = {
    ...event,
    customer: { id: customerId, email, mobile },
    connection: { id: event.connection.id, retailer },
  }
  if (completed.type === 'account.connected' && previous.status !== 'disconnected') {
    return { ...completed, type: 'connection.reauthenticated' }
  }
  return completed
}

function isSameCustomer(previous: ConnectionState, event: SubtotalEvent): boolean {
  return event.customer.id === null || previous.customerId === null || event.customer.id === previous.customerId
}
