import type { PurchaseCreatedEvent, PurchaseItem } from '@subtotal-connectors/core'
import { makePurchaseEvent } from './make-purchase-event.ts'

type Line = readonly [upc: string, brand: string, quantity: number, price: string]

/** The lists of the example stand side by side without saying which brand belongs to which UPC: they are paired in order. */
const klaviyoLines: readonly Line[] = [
  ['040000476528', 'frenchs', 1, '2.98'],
  ['016000124790', 'heinz', 1, '4.48'],
  ['041331027878', 'spam', 4, '1.24'],
  ['013000001243', 'jif', 1, '3.12'],
  ['049000031171', 'yogi-tea', 1, '2.28'],
  ['049000040869', 'cheerios', 2, '2.50'],
  ['076950450363', 'm&ms', 1, '4.96'],
  ['037600138727', 'goya', 1, '3.68'],
  ['049000067231', 'coca-cola', 1, '2.28'],
  ['041500007007', 'coca-cola', 1, '3.34'],
  ['051500255162', 'coca-cola', 1, '5.96'],
]

const brazeLines: readonly Line[] = [
  ['040000476528', 'frenchs', 1, '2.98'],
  ['016000124790', 'heinz', 1, '4.48'],
  ['041331027878', 'spam', 4, '1.24'],
  ['013000001243', 'jif', 1, '3.12'],
  ['049000031171', 'cheerios', 1, '2.28'],
]

/**
 * The purchase of Subtotal's published examples, as the canonical event that leads to them.
 *
 * - `'klaviyo'` (default): 15 units of 11 products, 9 brands, whose prices add up to the subtotal.
 *   Source: https://docs.subtotal.com/docs/integrations/klaviyo/event-types.
 * - `'braze'`: the five items that the shorter example lists, with the `item_count` 15 that it gives.
 *   Source: https://docs.subtotal.com/docs/integrations/braze/event-types.
 *
 * The customer, the connection and the event's id are invented; prices and quantities are not published.
 */
export function publishedPurchaseEvent(example: 'klaviyo' | 'braze' = 'klaviyo'): PurchaseCreatedEvent {
  return makePurchaseEvent({
    id: '01KEVN20S6B9J1D3F5H7K9M1P3',
    occurredAt: '2025-05-31T14:48:23.000Z',
    receivedAt: '2025-05-31T15:02:10.000Z',
    purchase: {
      id: '01KEVN1ZPM9H19JSHGN5NF0M69',
      date: '2025-05-31T14:48:23Z',
      total: '44.64',
      tax: '1.60',
      subtotal: '43.04',
      itemCount: 15,
      items: (example === 'klaviyo' ? klaviyoLines : brazeLines).map(toItem),
    },
  })
}

function toItem([upc, brand, quantity, price]: Line, index: number): PurchaseItem {
  const number = String(index + 1).padStart(2, '0')
  return {
    id: `01KEVN1ZPM9H19JSHGN5NF0M${number}`,
    quantity,
    price,
    product: { id: `01J51S0JYV6N7K1030CV1ZKS${number}`, name: `Product ${number}`, description: null, brand, upc },
  }
}
