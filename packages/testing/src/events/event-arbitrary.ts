import type {
  Connection,
  ConnectionEvent,
  Customer,
  Profile,
  Purchase,
  PurchaseItem,
  SubtotalEvent,
} from '@subtotal-connectors/core'
import type { Arbitrary, default as FastCheck } from 'fast-check'

/** The fast-check module, given by the caller so that this package does not load it. */
export type FastCheckModule = typeof FastCheck

type Common = Pick<SubtotalEvent, 'id' | 'occurredAt' | 'receivedAt' | 'customer' | 'connection' | 'isSimulated'>

/**
 * Any canonical event: every type, fields that are null, customers that cannot be identified, text of any script and length, odd
 * quantities, long and negative amounts in plain notation, dates that are not dates.
 *
 * @example
 * import fc from 'fast-check'
 * fc.assert(fc.property(fc.array(eventArbitrary(fc)), (events) => { … }))
 */
export function eventArbitrary(fc: FastCheckModule): Arbitrary<SubtotalEvent> {
  const common = commonArbitrary(fc)
  const purchase = plainRecord(fc, { common, purchase: purchaseArbitrary(fc), isHistorical: fc.boolean() }).map(
    (parts): SubtotalEvent => ({
      ...parts.common,
      type: 'purchase.created',
      idempotencyKey: `purchase.created:${parts.purchase.id}`,
      isHistorical: parts.isHistorical,
      purchase: parts.purchase,
    }),
  )
  const connectionTypes: readonly ConnectionEvent['type'][] = [
    'account.connected',
    'connection.reauthenticated',
    'account.disconnected',
    'connection.unauthenticated',
  ]
  const connection = plainRecord(fc, { common, type: fc.constantFrom(...connectionTypes) }).map(
    (parts): SubtotalEvent => ({ ...parts.common, type: parts.type, idempotencyKey: parts.common.id, isHistorical: false }),
  )
  const profile = plainRecord(fc, {
    common,
    type: fc.constantFrom('profile.created' as const, 'profile.updated' as const),
    profile: profileArbitrary(fc),
  }).map(
    (parts): SubtotalEvent => ({
      ...parts.common,
      type: parts.type,
      idempotencyKey: parts.common.id,
      isHistorical: false,
      profile: { connection_id: parts.common.connection.id, ...parts.profile },
    }),
  )
  return fc.oneof(purchase, connection, profile)
}

/** fast-check makes objects without a prototype by default; events come from JSON and have one. */
function plainRecord<T extends object>(fc: FastCheckModule, model: { [Key in keyof T]: Arbitrary<T[Key]> }): Arbitrary<T> {
  return fc.record<T>(model, { noNullPrototype: true })
}

function commonArbitrary(fc: FastCheckModule): Arbitrary<Common> {
  const customer: Arbitrary<Customer> = plainRecord(fc, {
    id: fc.option(fc.oneof(fc.uuid(), textArbitrary(fc))),
    email: fc.option(fc.oneof(fc.emailAddress(), textArbitrary(fc))),
    mobile: fc.option(fc.oneof(fc.stringMatching(/^\+[1-9]\d{6,14}$/), textArbitrary(fc))),
  })
  const connection: Arbitrary<Connection> = plainRecord(fc, {
    id: fc.ulid(),
    retailer: fc.option(fc.constantFrom('walmart', 'target', '01J7SC0NN73R6F5VVSP3ZKPDA3')),
  })
  return plainRecord(fc, {
    id: fc.ulid(),
    received: timeArbitrary(fc),
    ageMs: fc.nat({ max: 400 * 86_400_000 }),
    customer,
    connection,
    isSimulated: fc.boolean(),
  }).map(({ received, ageMs, ...rest }) => ({
    ...rest,
    receivedAt: received.toISOString(),
    occurredAt: new Date(received.getTime() - ageMs).toISOString(),
  }))
}

function purchaseArbitrary(fc: FastCheckModule): Arbitrary<Purchase> {
  const amount = fc.option(decimalArbitrary(fc))
  return plainRecord(fc, {
    id: fc.ulid(),
    date: fc.option(
      fc.oneof(
        timeArbitrary(fc).map((time) => time.toISOString()),
        textArbitrary(fc),
      ),
    ),
    total: amount,
    tax: amount,
    subtotal: amount,
    itemCount: fc.nat({ max: 500 }),
    items: fc.array(itemArbitrary(fc), { maxLength: 20 }),
    status: fc.option(textArbitrary(fc)),
  })
}

function itemArbitrary(fc: FastCheckModule): Arbitrary<PurchaseItem> {
  const text = fc.option(textArbitrary(fc))
  return plainRecord(fc, {
    id: fc.option(fc.ulid()),
    quantity: fc.oneof(
      { weight: 9, arbitrary: fc.integer({ min: 1, max: 30 }) },
      { weight: 1, arbitrary: fc.constantFrom(0, 0.45, -1, 2.5) },
    ),
    price: fc.option(decimalArbitrary(fc)),
    product: plainRecord(fc, {
      id: fc.option(fc.ulid()),
      name: text,
      description: text,
      brand: fc.option(fc.oneof(fc.constantFrom('heinz', 'm&ms', 'goya'), textArbitrary(fc))),
      upc: fc.option(fc.stringMatching(/^0?\d{11,13}$/)),
    }),
  })
}

function profileArbitrary(fc: FastCheckModule): Arbitrary<Omit<Profile, 'connection_id'>> {
  const text = fc.option(textArbitrary(fc))
  const date = fc.option(
    fc.oneof(
      timeArbitrary(fc).map((time) => time.toISOString()),
      textArbitrary(fc),
    ),
  )
  const count = fc.option(fc.nat())
  return plainRecord(fc, {
    first_name: text,
    last_name: text,
    email: fc.option(fc.emailAddress()),
    mobile: text,
    postal_code: text,
    account_created_date: date,
    total_purchases: count,
    last_purchase_date: date,
    brand_purchases: count,
    last_brand_purchase_date: date,
    brand_purchase_rate: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
  })
}

const longPieces = ['x', 'é', '🛒', '"', '\u0007']

function textArbitrary(fc: FastCheckModule): Arbitrary<string> {
  const long = fc
    .tuple(fc.constantFrom(...longPieces), fc.integer({ min: 240, max: 600 }))
    .map(([piece, times]) => piece.repeat(times))
  const character = fc
    .integer({ min: 0, max: 0xfffff })
    .map((code) => String.fromCodePoint(code >= 0xd800 && code < 0xe000 ? code + 0x800 : code))
  const anyCharacters = fc.array(character, { maxLength: 20 }).map((characters) => characters.join(''))
  return fc.oneof(
    { weight: 6, arbitrary: fc.string({ maxLength: 30 }) },
    { weight: 2, arbitrary: anyCharacters },
    { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 10 }) },
    { weight: 1, arbitrary: long },
  )
}

function timeArbitrary(fc: FastCheckModule): Arbitrary<Date> {
  return fc.date({ min: new Date('2016-01-01T00:00:00Z'), max: new Date('2027-01-01T00:00:00Z'), noInvalidDate: true })
}

function decimalArbitrary(fc: FastCheckModule): Arbitrary<string> {
  return fc.oneof(
    { weight: 8, arbitrary: fc.stringMatching(/^-?(0|[1-9]\d{0,5})(\.\d{1,4})?$/) },
    { weight: 1, arbitrary: fc.stringMatching(/^[1-9]\d{20,40}\.\d{10,20}$/) },
  )
}
