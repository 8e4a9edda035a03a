import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { WebhookParseError } from '../errors/webhook-error.ts'
import { anyText } from './__fixtures__/any-text.ts'
import { activated, bodyOf, id, outcome, parse, purchaseBody, refusal } from './__fixtures__/webhooks.ts'
import { wireSubjects } from './wire-envelope.ts'

const names = [
  'connection_id',
  'customer_id',
  'retailer_id',
  'merchant_id',
  'email',
  'mobile',
  'purchase_id',
  'date',
  'total',
  'tax',
  'subtotal',
  'item_count',
]
const moreNames = [
  'item_id',
  'quantity',
  'price',
  'upc',
  'gtin',
  'first_name',
  'last_purchase_date',
  'total_purchases',
  'brand_purchase_rate',
  '__proto__',
]

/** Values that any field that is no object takes. */
const benign = fc.oneof(fc.constantFrom(null, '', ' ', 0, -0, 7, -1, '0', '-0', '007', '5.', '1e5'), fc.integer())
const hostile = fc.oneof(
  fc.constantFrom<unknown>(true, 'true', 'x', '1e99999999', '2026-01-01', '2026-01-01T00:00:00', [], {}, [null], 1e300),
  anyText,
  fc.double({ noNaN: true, noDefaultInfinity: true }),
)
const scalars = fc.oneof(benign, hostile)

const { wire } = fc.letrec<{ wire: unknown }>((tie) => ({
  wire: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    scalars,
    fc.dictionary(fc.constantFrom(...names, ...moreNames), fc.oneof(scalars, tie('wire')), { maxKeys: 12 }),
    fc.record(
      {
        connection: tie('wire'),
        purchase: tie('wire'),
        product: tie('wire'),
        items: fc.array(tie('wire'), { maxLength: 3 }),
        connection_id: scalars,
      },
      { requiredKeys: [] },
    ),
  ),
}))

/** Payloads that are right, or wrong in a few fields. */
function nearlyRight(value: fc.Arbitrary<unknown>): fc.Arbitrary<object> {
  const fields = fc.dictionary(fc.constantFrom(...names, ...moreNames), value, { maxKeys: 10 })
  const item = fc.tuple(fields, fc.option(fields)).map(([flat, product]) => ({ ...flat, product }))
  const purchase = fc
    .tuple(fields, fc.array(item, { maxLength: 4 }))
    .map(([rest, items]) => ({ ...rest, purchase_id: 'purchase-1', items }))
  const connection = fields.map((rest) => ({ ...rest, connection_id: 'connection-1' }))
  return fc.oneof(
    fc.record({ connection, purchase }),
    fc.tuple(connection, purchase).map(([one, other]) => ({ ...other, connection: one })),
    fc.tuple(connection, purchase).map(([one, other]) => ({ ...other, ...one })),
  )
}

const payloads = fc.oneof(wire, nearlyRight(scalars), nearlyRight(benign))
const webhooks = fc
  .record(
    {
      type: fc.constantFrom(...wireSubjects.keys(), 'other'),
      id: fc.oneof({ weight: 3, arbitrary: fc.constantFrom(id, 'event-1', 'Z'.repeat(26)) }, { weight: 1, arbitrary: scalars }),
      payload: fc.oneof(
        payloads,
        payloads.map((value) => JSON.stringify(value)),
      ),
      is_simulated: fc.oneof(fc.constantFrom(true, false, 'true', null), scalars),
    },
    { requiredKeys: ['type', 'id', 'payload'] },
  )
  .map((value) => JSON.stringify(value))
const anyBodies = fc.oneof(webhooks, fc.json(), anyText, fc.uint8Array({ maxLength: 200 }))

describe('parseWebhook with anything', () => {
  it('gives an event, null or a WebhookParseError, and always the same', () => {
    fc.assert(
      fc.property(anyBodies, (body) => {
        const first = outcome(body)
        expect(outcome(body)).toEqual(first)
        if (typeof body === 'string' && body.isWellFormed()) expect(outcome(Buffer.from(body))).toEqual(first)
      }),
      { numRuns: 1000 },
    )
  })

  it('gives events that JSON holds without loss', () => {
    const events = fc.sample(webhooks, { numRuns: 1000, seed: 1 }).filter((body) => !(outcome(body) instanceof WebhookParseError))
    expect(events.length).toBeGreaterThan(200)
    fc.assert(
      fc.property(webhooks, (body) => {
        const event = outcome(body)
        if (event === null || event instanceof WebhookParseError) return
        expect(JSON.parse(JSON.stringify(event))).toEqual(parse(body))
      }),
      { numRuns: 1000 },
    )
  })

  it('never says a value of the body in an error', () => {
    const secret = 'robin.sample@shopper.example'
    const bodies = [
      secret,
      `{"type":"${secret}"}`,
      `{"type":"connection.activated","id":"1","payload":"${secret}"}`,
      `{"type":"connection.activated","${secret}":{}}`,
      activated({ connection_id: { [secret]: secret } }),
      activated({ email: [secret], [secret]: secret, is_simulated: secret }),
      purchaseBody({ total: secret, item_count: secret, items: [{ price: secret, product: secret }] }),
      bodyOf('connection.profile.created', { connection_id: 'c', email: { [secret]: 1 }, total_purchases: secret }),
    ]
    for (const body of bodies) {
      const error = refusal(body)
      expect(`${error.message} ${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`).not.toContain(secret)
    }
  })
})
