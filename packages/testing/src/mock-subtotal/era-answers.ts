import { makeBasket, toDecimal } from '../generator/make-basket.ts'
import { createRandom } from '../generator/random.ts'
import type { SubtotalEra } from './mock-subtotal-options.ts'
import type { MockConnection, MockPurchase, MockWebhook } from './mock-subtotal-types.ts'
import type { MockRetailer } from './subtotal-account.ts'

type Json = Readonly<Record<string, unknown>>

/** Whether an era is of 2025, when retailers were merchants. */
export function hasMerchants(era: SubtotalEra): boolean {
  return era === 'A' || era === 'B'
}

/** What a connection that the customer has ended is called. */
const endedStatus: Readonly<Record<SubtotalEra, string>> = {
  A: 'blocked',
  B: 'blocked',
  C: 'revoked',
  D: 'disconnected',
  E: 'disconnected',
}

/** A connection, as the era's API answers it. */
export function toConnectionAnswer(connection: MockConnection, era: SubtotalEra): Json {
  const { id, customerId, retailer, email, mobile, isSimulated } = connection
  const status = connection.status === 'disconnected' ? endedStatus[era] : connection.status
  const common = { connection_id: id, customer_id: customerId }
  if (hasMerchants(era)) return { ...common, merchant_id: retailer, status }
  const answer = { ...common, retailer_id: retailer, status, email, mobile }
  return era === 'E' ? { ...answer, is_simulated: isSimulated } : answer
}

/** A purchase of a list, as the era's API answers it. */
export function toSummaryAnswer(purchase: MockPurchase, era: SubtotalEra): Json {
  const { total } = toPurchaseAnswer(purchase, era)
  return { date: purchase.date, purchase_id: purchase.id, total, ...statusOf(era) }
}

/** A whole purchase, as the era's API answers it. The same each time. */
export function toPurchaseAnswer({ id, date, seed }: MockPurchase, era: SubtotalEra): Json {
  const { lines, subtotalCents, taxCents } = makeBasket(createRandom(seed))
  const items = lines.map(({ product: { upc, brand, name, description, cents }, quantity }, index) => {
    const [item_id, product_id] = [`${id.slice(0, 20)}I${String(index).padStart(5, '0')}`, `PRODUCT${upc}`]
    const price = toDecimal(cents)
    if (hasMerchants(era)) return { description, item_id, price, quantity }
    if (era === 'C') return { brand, description, gtin: upc, name, price, product_id, quantity }
    return { item_id, price, product: { brand, description, name, product_id, upc }, quantity }
  })
  return {
    purchase_id: id,
    date,
    total: toDecimal(subtotalCents + taxCents),
    tax: toDecimal(taxCents),
    subtotal: toDecimal(subtotalCents),
    item_count: lines.reduce((sum, { quantity }) => sum + quantity, 0),
    items,
    ...statusOf(era),
  }
}

/** The values of a purchase's status are cut in every stored page. */
function statusOf(era: SubtotalEra): Json {
  return era === 'E' ? { status: 'complete' } : {}
}

/** `GET /retailers`; the fields are cut in every stored page. */
export function toRetailersAnswer(retailers: readonly MockRetailer[], era: SubtotalEra): Json {
  if (hasMerchants(era)) return { merchants: retailers.map(({ id, name }) => ({ merchant_id: id, name })) }
  return { retailers: retailers.map(({ id, name, linkUrl }) => ({ retailer_id: id, name, link_url: linkUrl })) }
}

/** A webhook, as it is listed: without its secret. */
export function toWebhookAnswer(webhook: MockWebhook): Json {
  return {
    webhook_id: webhook.id,
    name: webhook.name,
    url: webhook.url,
    is_active: webhook.isActive,
    event_types: webhook.eventTypes,
    receive_simulated_events: webhook.receivesSimulatedEvents,
    purchase_date_start: webhook.purchaseDateStart,
    purchase_date_end: webhook.purchaseDateEnd,
    created_at: webhook.createdAt,
  }
}
