import { makePerson } from '../generator/person.ts'
import { createRandom } from '../generator/random.ts'
import { hasMerchants, toConnectionAnswer, toPurchaseAnswer } from './era-answers.ts'
import type { PurchaseContent, SubtotalEra } from './mock-subtotal-options.ts'
import type { MockConnection, MockPurchase } from './mock-subtotal-types.ts'

type Json = Readonly<Record<string, unknown>>

/** What stands around every payload. `created_at` is of 2025. */
export function toWebhookBody(type: string, id: string, payload: Json, era: SubtotalEra, now: number): string {
  const created = hasMerchants(era) ? { created_at: new Date(now).toISOString() } : {}
  return JSON.stringify({ type, id, ...created, payload })
}

/** The payload of a connection's event. `is_simulated` is said to be marked; its place is in no stored page. */
export function toConnectionPayload(connection: MockConnection, type: string, era: SubtotalEra): Json {
  const { is_simulated: isSimulated, status, ...rest } = toConnectionAnswer(connection, era)
  return {
    connection: {
      ...rest,
      ...(type === 'connection.deleted' ? {} : { status }),
      ...(isSimulated === true ? { is_simulated: true } : {}),
    },
  }
}

/** The payload of a purchase's event: the purchase of the API beside its connection, as no stored page has the table whole. */
export function toPurchasePayload(
  purchase: MockPurchase,
  connection: MockConnection,
  content: PurchaseContent,
  era: SubtotalEra,
): Json {
  const { connection: about } = toConnectionPayload(connection, 'connection.deleted', era)
  const { items, item_count, ...amounts } = toPurchaseAnswer(purchase, era)
  if (content === 'ids') return { connection: { connection_id: connection.id }, purchase: { purchase_id: purchase.id } }
  return { connection: about, purchase: content === 'whole' ? { ...amounts, item_count, items } : amounts }
}

/** The payload of a profile's event: flat, and of era E alone. */
export function toProfilePayload(connection: MockConnection, purchases: readonly MockPurchase[]): Json {
  const number = Number.parseInt(connection.id.slice(-5), 32) % 100_000
  const person = makePerson(createRandom(number), number)
  const lastDate = purchases[0]?.date ?? null
  return {
    connection_id: connection.id,
    first_name: person.firstName,
    last_name: person.lastName,
    email: `account+${person.email}`,
    mobile: person.mobile,
    postal_code: person.postalCode,
    account_created_date: '2019-05-04T00:00:00Z',
    total_purchases: purchases.length,
    last_purchase_date: lastDate,
    brand_purchases: purchases.length,
    last_brand_purchase_date: lastDate,
    brand_purchase_rate: purchases.length === 0 ? 0 : 1,
  }
}
