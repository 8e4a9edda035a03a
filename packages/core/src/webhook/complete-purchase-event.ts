import type { Purchase, PurchaseCreatedEvent } from '../event/subtotal-event.ts'
import { parseIsoTime } from './parse-time.ts'
import { purchaseCircumstances } from './purchase-circumstances.ts'
import { defaultHistoricalAfterMs } from './receipt-context.ts'

/**
 * A purchase event with what its webhook left out, from the same purchase as Subtotal's API has it. What the webhook said stays; so do
 * the event's id and its idempotency key. When the purchase's date was not known before, the event happened then, and is historical if the
 * purchase was older than 72 hours at the receipt. Pure.
 */
export function completePurchaseEvent(event: PurchaseCreatedEvent, found: Purchase): PurchaseCreatedEvent {
  const said = event.purchase
  const purchase: Purchase = {
    id: said.id,
    date: said.date ?? found.date,
    total: said.total ?? found.total,
    tax: said.tax ?? found.tax,
    subtotal: said.subtotal ?? found.subtotal,
    // 0 is also what a webhook without items and without a count becomes.
    itemCount: said.itemCount === 0 ? found.itemCount : said.itemCount,
    items: said.items.length === 0 ? found.items : said.items,
    status: said.status ?? found.status,
  }
  if (said.date !== null || purchase.date === null || parseIsoTime(purchase.date) === undefined) return { ...event, purchase }
  const { occurredAt, isHistorical } = purchaseCircumstances(event.id, purchase, {
    receivedAt: Date.parse(event.receivedAt),
    signedAt: undefined,
    historicalAfterMs: defaultHistoricalAfterMs,
  })
  return { ...event, occurredAt, isHistorical: event.isHistorical || isHistorical, purchase }
}
