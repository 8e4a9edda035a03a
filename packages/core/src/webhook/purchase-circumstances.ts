import type { EventBase, Purchase } from '../event/subtotal-event.ts'
import { occurredAt } from './occurred-at.ts'
import { parseIsoTime } from './parse-time.ts'
import type { ReceiptContext } from './receipt-context.ts'

/** What depends on what an event is about. */
export type Circumstances = Pick<EventBase, 'occurredAt' | 'idempotencyKey' | 'isHistorical'>

/** When a purchase happened, what makes it one with others that tell of it, and whether it is old. */
export function purchaseCircumstances(eventId: string, purchase: Purchase, context: ReceiptContext): Circumstances {
  const purchasedAt = purchase.date === null ? undefined : parseIsoTime(purchase.date)
  return {
    occurredAt: occurredAt({ ...context, eventId, purchasedAt }),
    idempotencyKey: `purchase.created:${purchase.id}`,
    isHistorical: purchasedAt !== undefined && context.receivedAt - purchasedAt > context.historicalAfterMs,
  }
}
