import type { ConnectionEvent, ProfileEvent } from '../src/event/subtotal-event.ts'

/** A connection event of its own person. */
export function connectionEvent(number: number, overrides: Partial<ConnectionEvent> = {}): ConnectionEvent {
  return {
    id: `event-${number}`,
    type: 'account.connected',
    occurredAt: '2026-11-20T10:00:00.000Z',
    receivedAt: '2026-11-20T10:00:01.000Z',
    idempotencyKey: `event-${number}`,
    customer: { id: `customer-${number}`, email: `person${number}@example.org`, mobile: null },
    connection: { id: `connection-${number}`, retailer: 'walmart' },
    isSimulated: false,
    isHistorical: false,
    ...overrides,
  }
}

/** A profile event with every field set. */
export function profileEvent(): ProfileEvent {
  return {
    ...connectionEvent(1),
    type: 'profile.created',
    profile: {
      connection_id: 'connection-1',
      first_name: 'Zoë',
      last_name: 'O"Neil',
      email: 'zoe.at.home@example.net',
      mobile: '+15005550006',
      postal_code: '84101',
      account_created_date: '2024-03-12T00:00:00Z',
      total_purchases: 42,
      last_purchase_date: null,
      brand_purchases: 7,
      last_brand_purchase_date: null,
      brand_purchase_rate: 0.17,
    },
  }
}
