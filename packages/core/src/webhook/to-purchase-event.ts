import { OptionsError } from '../errors/options-error.ts'
import type { Purchase, PurchaseCreatedEvent } from '../event/subtotal-event.ts'
import { purchaseCircumstances } from './purchase-circumstances.ts'
import { defaultHistoricalAfterMs } from './receipt-context.ts'

/** What a purchase's event says of its connection: a connection of Subtotal's API, or what was remembered of it. */
export interface PurchaseConnection {
  readonly id: string
  readonly retailer: string | null
  readonly customerId: string | null
  readonly email: string | null
  readonly mobile: string | null
  /** Default `false`. */
  readonly isSimulated?: boolean
}

/** What {@link toPurchaseEvent} may be told besides the purchase. */
export interface ToPurchaseEventOptions {
  /** When the purchase was read. Default now. */
  readonly receivedAt?: Date
  /** The event's id: that of the webhook that the purchase completes. Default the purchase's own id. */
  readonly id?: string
  /** Default: by age, see `historicalAfterMs`. */
  readonly isHistorical?: boolean
  /** A purchase older than this at its receipt is historical, in milliseconds. Default 72 hours. */
  readonly historicalAfterMs?: number
}

/**
 * The event of a purchase that was read from Subtotal's API. Its idempotency key is that of the purchase's webhook, so that both are
 * one event. Pure, but for the default of `receivedAt`.
 *
 * Throws an `OptionsError` for an invalid date or a negative `historicalAfterMs`.
 */
export function toPurchaseEvent(
  purchase: Purchase,
  connection: PurchaseConnection,
  options: ToPurchaseEventOptions = {},
): PurchaseCreatedEvent {
  const { receivedAt = new Date(), id = purchase.id, historicalAfterMs = defaultHistoricalAfterMs } = options
  if (Number.isNaN(receivedAt.getTime())) throw new OptionsError('receivedAt must be a valid date')
  if (!(historicalAfterMs >= 0)) throw new OptionsError('historicalAfterMs must be zero or more milliseconds')
  const context = { receivedAt: receivedAt.getTime(), signedAt: undefined, historicalAfterMs }
  const circumstances = purchaseCircumstances(id, purchase, context)
  return {
    id,
    type: 'purchase.created',
    receivedAt: receivedAt.toISOString(),
    customer: { id: connection.customerId, email: connection.email, mobile: connection.mobile },
    connection: { id: connection.id, retailer: connection.retailer },
    isSimulated: connection.isSimulated ?? false,
    ...circumstances,
    isHistorical: options.isHistorical ?? circumstances.isHistorical,
    purchase,
  }
}
