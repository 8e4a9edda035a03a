import type { Purchase, PurchaseCreatedEvent } from '@subtotal-connectors/core'
import type { EventOverrides } from './event-defaults.ts'
import { eventDefaults } from './event-defaults.ts'

/** What {@link makePurchaseEvent} lets a test say; `customer`, `connection` and `purchase` may be given in part. */
export interface PurchaseEventOverrides extends EventOverrides {
  readonly purchase?: Partial<Purchase>
}

const purchase: Purchase = {
  id: '01KFGB4ZQ8M5T2X0R7N3V6CADE',
  date: '2026-01-21T16:05:00Z',
  total: '14.07',
  tax: '1.10',
  subtotal: '12.97',
  itemCount: 3,
  items: [
    {
      id: '01KFGB4ZQ9A0C7W3E5H8J1KMNP',
      quantity: 1,
      price: '8.49',
      product: {
        id: '01J51S0JYV6N7K1030CV1ZKSCB',
        name: 'Diet Coke 12pk',
        description: 'Diet Coke - 12pk/12oz cans',
        brand: 'diet-coke',
        upc: '049000028911',
      },
    },
    {
      id: '01KFGB4ZQ9F4G6Y2Q8S1T3VWXZ',
      quantity: 2,
      price: '2.24',
      product: {
        id: '01J51S0JYV8D2B4F6H8K0M2P4R',
        name: 'Tomato Ketchup 20oz',
        description: 'Tomato Ketchup - 20oz bottle',
        brand: 'heinz',
        upc: '013000001243',
      },
    },
  ],
  status: null,
}

/**
 * A purchase of two items, three units, at Walmart by an invented customer. Its idempotency key follows the purchase's id unless
 * given.
 */
export function makePurchaseEvent(overrides: PurchaseEventOverrides = {}): PurchaseCreatedEvent {
  const { purchase: purchaseOverrides, ...rest } = overrides
  const merged = { ...purchase, ...purchaseOverrides }
  return { ...eventDefaults('01KFGB50A1B2C3D4E5F6G7H8J9', rest, merged.id), type: 'purchase.created', purchase: merged }
}
