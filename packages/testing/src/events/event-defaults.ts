import type { Connection, Customer, EventBase } from '@subtotal-connectors/core'

/** What a factory lets a test say about any event; the rest is invented. */
export interface EventOverrides extends Partial<Omit<EventBase, 'customer' | 'connection'>> {
  readonly customer?: Partial<Customer>
  readonly connection?: Partial<Connection>
}

const customer: Customer = {
  id: '8a46e581-48ba-498a-9ad0-2ee72582e1af',
  email: 'robin.ashdown@shoppers.example',
  mobile: '+12025550142',
}
const connection: Connection = { id: '01KFRSK9J11G807TAY0GCYSW67', retailer: 'walmart' }

/** The common fields of an invented event, with its idempotency key as its kind has it. */
export function eventDefaults(id: string, overrides: EventOverrides, purchaseId?: string): EventBase {
  const eventId = overrides.id ?? id
  return {
    occurredAt: '2026-01-21T16:05:00.000Z',
    receivedAt: '2026-01-21T16:05:02.250Z',
    idempotencyKey: purchaseId === undefined ? eventId : `purchase.created:${purchaseId}`,
    isSimulated: false,
    isHistorical: false,
    ...overrides,
    id: eventId,
    customer: { ...customer, ...overrides.customer },
    connection: { ...connection, ...overrides.connection },
  }
}
