import type { Connection, Customer, SubtotalEvent } from '../event/subtotal-event.ts'
import { occurredAt } from './occurred-at.ts'
import { parsePurchase } from './parse-purchase.ts'
import type { Circumstances } from './purchase-circumstances.ts'
import { purchaseCircumstances } from './purchase-circumstances.ts'
import type { WirePath } from './read-wire.ts'
import { invalidWebhook, readWire } from './read-wire.ts'
import type { ReceiptContext } from './receipt-context.ts'
import type { WireConnectionPayload } from './wire-connection.ts'
import { connectionPayloadSchema } from './wire-connection.ts'
import type { WireSubject } from './wire-envelope.ts'
import { profileSchema } from './wire-profile.ts'

/** A webhook whose envelope is understood. */
export interface Webhook {
  readonly id: string
  readonly subject: Exclude<WireSubject, { kind: 'ignored' }>
  /** As the envelope says; the payload may say it too. */
  readonly isSimulated: boolean
  readonly payload: unknown
}

/** The webhook as an event. Throws a `WebhookParseError` with `ERR_WEBHOOK_INVALID` for a payload that is not as documented. */
export function toSubtotalEvent(webhook: Webhook, context: ReceiptContext): SubtotalEvent {
  const { id, subject } = webhook
  const wire = readWire(connectionPayloadSchema, webhook.payload, ['payload'])
  const connection = toConnection(wire, subject.kind)
  const common = {
    id,
    receivedAt: new Date(context.receivedAt).toISOString(),
    customer: toCustomer(wire),
    connection,
    isSimulated: webhook.isSimulated || wire.is_simulated || wire.connection?.is_simulated === true,
  }
  switch (subject.kind) {
    case 'purchase':
      return { ...common, type: 'purchase.created', ...readPurchase(id, webhook.payload, context) }
    case 'connection':
      return { ...common, type: subject.type, ...circumstancesOf(id, context) }
    case 'profile': {
      const profile = { connection_id: connection.id, ...readWire(profileSchema, webhook.payload, ['payload']) }
      return { ...common, type: subject.type, ...circumstancesOf(id, context), profile }
    }
  }
}

function toConnection(wire: WireConnectionPayload, kind: 'purchase' | 'connection' | 'profile'): Connection {
  const id = wire.connection?.connection_id ?? wire.connection_id
  if (id === null)
    throw invalidWebhook([kind === 'profile' ? ['payload', 'connection_id'] : ['payload', 'connection', 'connection_id']])
  const retailer = wire.connection?.retailer_id ?? wire.connection?.merchant_id ?? wire.retailer_id ?? wire.merchant_id
  return { id, retailer }
}

function toCustomer({ connection, customer_id }: WireConnectionPayload): Customer {
  return {
    id: connection?.customer_id ?? customer_id,
    email: connection?.email ?? null,
    mobile: connection?.mobile ?? null,
  }
}

function readPurchase(eventId: string, payload: unknown, context: ReceiptContext) {
  const { value, path } = purchaseIn(payload)
  const purchase = parsePurchase(value, path)
  return { ...purchaseCircumstances(eventId, purchase, context), purchase }
}

function circumstancesOf(eventId: string, context: ReceiptContext): Circumstances {
  return { occurredAt: occurredAt({ ...context, eventId, purchasedAt: undefined }), idempotencyKey: eventId, isHistorical: false }
}

/** The purchase's own fields stand in `payload.purchase`, or beside the connection where there is no such object. */
function purchaseIn(payload: unknown): { value: unknown; path: WirePath } {
  const nested = typeof payload === 'object' && payload !== null && 'purchase' in payload ? payload.purchase : undefined
  return nested === undefined || nested === null
    ? { value: payload, path: ['payload'] }
    : { value: nested, path: ['payload', 'purchase'] }
}
