import type { IdentifierKind, SubtotalEvent } from '@subtotal-connectors/core'
import { makeConnectionEvent, makeProfileEvent, makePurchaseEvent, publishedPurchaseEvent } from '@subtotal-connectors/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isEventsPath, schemaErrors } from '../test/klaviyo-schema.ts'
import { plan } from '../test/plan.ts'
import type { KlaviyoConnectorOptions } from './klaviyo-connector-options.ts'

const events: readonly SubtotalEvent[] = [
  publishedPurchaseEvent(),
  makePurchaseEvent({ isHistorical: true }),
  makePurchaseEvent({
    id: 'N',
    connection: { retailer: null },
    purchase: { id: 'N', total: null, tax: null, subtotal: null, items: [] },
  }),
  makeConnectionEvent('account.connected'),
  makeConnectionEvent('connection.reauthenticated'),
  makeConnectionEvent('account.disconnected'),
  makeConnectionEvent('connection.unauthenticated'),
  makeProfileEvent('profile.created'),
  makeProfileEvent('profile.updated', { profile: { first_name: null, postal_code: null, total_purchases: null } }),
]

const options: fc.Arbitrary<Partial<KlaviyoConnectorOptions>> = fc.record(
  {
    identifyBy: fc.constantFrom<IdentifierKind | readonly IdentifierKind[]>('email', 'customerId', 'mobile', ['mobile', 'email']),
    profiles: fc.constantFrom('event', 'attributes', 'both', 'off'),
    writeContact: fc.boolean(),
    backfill: fc.boolean(),
    value: fc.constantFrom('total', 'subtotal'),
    currency: fc.constantFrom('USD', 'EUR'),
    linkUrl: fc.constant('https://link.subtotal.com/zSG5nWHy?campaign=autumn'),
  },
  { requiredKeys: [] },
)

test('every request is one that the specification allows, single and in bulk', () => {
  fc.assert(
    fc.property(fc.subarray([...events], { minLength: 1 }), options, (chosen, given) => {
      for (const { url, body } of plan(chosen, given).requests) {
        const path = new URL(url).pathname
        if (!isEventsPath(path)) throw new Error(`${path} takes no events`)
        expect(schemaErrors(path, body)).toStrictEqual([])
      }
    }),
    { numRuns: 500 },
  )
})

test('the specification refuses what is not an event', () => {
  expect(schemaErrors('/api/events', { data: { type: 'event', attributes: {} } })).not.toStrictEqual([])
  expect(
    schemaErrors('/api/event-bulk-create-jobs', { data: { type: 'event-bulk-create-job', attributes: {} } }),
  ).not.toStrictEqual([])
})
