import type { LinkedConnection } from './linked-connection.ts'
import type { Basket, BasketLine } from './make-basket.ts'
import { toDecimal } from './make-basket.ts'
import type { WireVariant } from './wire-variant.ts'

type JsonObject = Readonly<Record<string, unknown>>

/** A purchase about to be written. */
interface WirePurchaseParts {
  readonly id: string
  readonly date: string
  readonly basket: Basket
  /** An id for each line and product, made in order. */
  readonly nextId: () => string
}

/** What a webhook says besides its payload's own content. */
export interface WireContext {
  readonly id: string
  readonly type: string
  readonly connection: LinkedConnection
  readonly variant: WireVariant
  /** Whether the customer is named; else the connection's id stands alone. */
  readonly isIdentified: boolean
  readonly createdAt: string
}

/** The body of a connection event. */
export function toConnectionWebhook(context: WireContext): string {
  return toBody(context, { connection: toConnection(context, context.type !== 'connection.deleted') })
}

/** The body of a purchase event. */
export function toPurchaseWebhook(context: WireContext, parts: WirePurchaseParts): string {
  const purchase = toPurchase(parts, context.variant)
  const connection = toConnection(context, false)
  return toBody(context, context.variant.purchase === 'nested' ? { connection, purchase } : { connection, ...purchase })
}

/** The body of a profile event: flat under `payload`, with `connection` beside it when the customer is named. */
export function toProfileWebhook(context: WireContext): string {
  const { connection } = context
  const { person, purchases, brandPurchases } = connection
  return toBody(context, {
    connection_id: connection.id,
    first_name: person.firstName,
    last_name: person.lastName,
    email: `account+${person.email}`,
    mobile: person.mobile,
    postal_code: person.postalCode,
    account_created_date: connection.accountCreatedDate,
    total_purchases: purchases,
    last_purchase_date: connection.lastPurchaseDate,
    brand_purchases: brandPurchases,
    last_brand_purchase_date: connection.lastBrandPurchaseDate,
    brand_purchase_rate: purchases === 0 ? 0 : Math.round((brandPurchases / purchases) * 100) / 100,
    ...(context.isIdentified ? { connection: toConnection(context, false) } : {}),
  })
}

function toBody({ id, type, variant, connection, createdAt }: WireContext, payload: JsonObject): string {
  const place = variant.simulated === 'connection' && payload['connection'] === undefined ? 'payload' : variant.simulated
  const marked = connection.isSimulated && place === 'payload' ? { ...payload, is_simulated: true } : payload
  return JSON.stringify({
    type,
    id,
    ...(variant.hasCreatedAt ? { created_at: createdAt } : {}),
    ...(variant.hasClientId ? { subtotal_client_id: 'northfold-demo-team' } : {}),
    ...(connection.isSimulated && place === 'top' ? { is_simulated: true } : {}),
    payload: variant.payload === 'string' ? JSON.stringify(marked) : marked,
  })
}

function toConnection({ connection, variant, isIdentified }: WireContext, hasStatus: boolean): JsonObject {
  const { person, status } = connection
  return {
    connection_id: connection.id,
    ...(isIdentified ? { customer_id: person.customerId, [variant.retailerKey]: connection.retailer } : {}),
    ...(isIdentified ? { email: person.email, mobile: person.mobile } : {}),
    ...(hasStatus ? { status } : {}),
    ...(connection.isSimulated && variant.simulated === 'connection' ? { is_simulated: true } : {}),
  }
}

function toPurchase({ id, date, basket, nextId }: WirePurchaseParts, variant: WireVariant): JsonObject {
  return {
    purchase_id: id,
    date,
    total: toDecimal(basket.subtotalCents + basket.taxCents),
    tax: toDecimal(basket.taxCents),
    subtotal: toDecimal(basket.subtotalCents),
    ...(variant.hasItemCount ? { item_count: basket.lines.reduce((sum, { quantity }) => sum + quantity, 0) } : {}),
    items: basket.lines.map((line) => toItem(line, nextId, variant)),
    ...(variant.hasStatus ? { status: 'complete' } : {}),
  }
}

function toItem({ product, quantity }: BasketLine, nextId: () => string, variant: WireVariant): JsonObject {
  const { brand, description, name, upc } = product
  const price = toDecimal(product.cents)
  const product_id = nextId()
  switch (variant.items) {
    case 'nested':
      return { item_id: nextId(), price, product: { brand, description, name, product_id, upc }, quantity }
    case 'flat_gtin':
      return { brand, description, gtin: upc, name, price, product_id, quantity }
    case 'flat_upc':
      return { brand, description, item_id: nextId(), name, price, product_id, quantity, upc }
  }
}
