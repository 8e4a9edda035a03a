import type { Connector } from '@subtotal-connectors/core'
import { makeProfileEvent, makePurchaseEvent } from '@subtotal-connectors/testing/mocks'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { documentedProblems } from '../test/documented-problems.ts'
import { eventArbitrary } from '../test/event-arbitrary.ts'
import { specificationProblems } from '../test/specification-problems.ts'
import { createBrazeConnector } from './braze-connector.ts'
import type { BrazeConnectorOptions } from './braze-connector-options.ts'
import { toBrazeRequest } from './to-braze-request.ts'

const connector = (options: Partial<BrazeConnectorOptions> = {}): Connector =>
  createBrazeConnector({ apiKey: 'a-key-of-the-test', instance: 'US-01', ...options })

const options = fc.record<Partial<BrazeConnectorOptions>>(
  {
    identifyBy: fc.constantFrom<NonNullable<BrazeConnectorOptions['identifyBy']>>('email', 'customerId', 'mobile', [
      'mobile',
      'email',
    ]),
    profiles: fc.constantFrom('event', 'attributes', 'both', 'off'),
    writeContact: fc.boolean(),
    updateExistingOnly: fc.boolean(),
    maxObjectsPerRequest: fc.integer({ min: 1, max: 75 }),
    linkUrl: fc.constantFrom('https://link.example/a?b=c', `https://link.example/${'a'.repeat(250)}`),
  },
  { requiredKeys: [] },
)

describe('requests', () => {
  test('put every object into its own array, in order, and leave empty arrays out', () => {
    const event = (name: string) => ({ email: 'a@shop.example', name, time: '2026-01-21T16:05:00Z', properties: {} })
    const attributes = { email: 'a@shop.example', first_name: 'Robin' }
    expect(toBrazeRequest([event('x'), attributes, event('y')])).toStrictEqual({
      path: '/users/track',
      body: { attributes: [attributes], events: [event('x'), event('y')] },
    })
    expect(toBrazeRequest([attributes]).body).toStrictEqual({ attributes: [attributes] })
    expect(toBrazeRequest([event('x')]).body).toStrictEqual({ events: [event('x')] })
  })

  test('for any events and options keep to Braze’s specification and documented rules, and every event is in one or told why not', () => {
    fc.assert(
      fc.property(fc.array(eventArbitrary, { maxLength: 30 }), options, (events, chosen) => {
        const named = events.map((event, index) => ({ ...event, id: `event-${index}` }))
        const plan = connector(chosen).plan(named)
        for (const { body } of plan.requests) {
          expect(specificationProblems(body)).toStrictEqual([])
          expect(documentedProblems(body)).toStrictEqual([])
          expect(objectsOf(body).length).toBeLessThanOrEqual(chosen.maxObjectsPerRequest ?? 75)
        }
        const seen = [...plan.requests.flatMap((request) => request.eventIds), ...plan.notSent.map((item) => item.eventId)]
        expect(new Set(seen)).toStrictEqual(new Set(named.map((event) => event.id)))
      }),
      { numRuns: 100 },
    )
  })

  test('are cut at 75 objects, an event and its attributes counted as two and kept together', () => {
    const purchases = Array.from({ length: 151 }, (_, index) => makePurchaseEvent({ id: `p${index}` }))
    expect(
      connector()
        .plan(purchases)
        .requests.map(({ body }) => objectsOf(body).length),
    ).toStrictEqual([75, 75, 1])
    const profiles = Array.from({ length: 76 }, (_, index) => makeProfileEvent('profile.updated', { id: `q${index}` }))
    expect(
      connector({ profiles: 'both' })
        .plan(profiles)
        .requests.map(({ body }) => objectsOf(body).length),
    ).toStrictEqual([74, 74, 4])
  })

  test('are cut at fewer objects on demand', () => {
    const purchases = Array.from({ length: 7 }, (_, index) => makePurchaseEvent({ id: `p${index}` }))
    expect(
      connector({ maxObjectsPerRequest: 3 })
        .plan(purchases)
        .requests.map(({ body }) => objectsOf(body).length),
    ).toStrictEqual([3, 3, 1])
  })

  test('are cut at 4 MB, with every event of 10,000 units trimmed and warned about', () => {
    const items = Array.from({ length: 10_000 }, (_, index) => ({
      id: null,
      quantity: 1,
      price: '1.00',
      product: { id: null, name: null, description: null, brand: `brand-${index % 20}`, upc: String(index).padStart(12, '0') },
    }))
    const purchases = Array.from({ length: 75 }, (_, index) => makePurchaseEvent({ id: `p${index}`, purchase: { items } }))
    const { requests, warnings, notSent } = connector().plan(purchases)
    expect(requests).toHaveLength(2)
    expect(requests.flatMap(({ body }) => objectsOf(body))).toHaveLength(75)
    for (const { body } of requests) expect(documentedProblems(body)).toStrictEqual([])
    expect(warnings.map(({ eventId }) => eventId)).toStrictEqual(purchases.map(({ id }) => id))
    expect(notSent).toStrictEqual([])
  })

  test('the rules checked above do find fault', () => {
    const good = { email: 'a@shop.example', name: 'x', time: '2026-01-21T16:05:00.000Z', properties: {} }
    expect(documentedProblems({ events: [good] })).toStrictEqual([])
    expect(specificationProblems({ events: good })).not.toStrictEqual([])
    const bad: readonly object[] = [
      { events: [] },
      { events: Array.from({ length: 76 }, () => good) },
      { events: [good], users: [] },
      ...[
        { email: '' },
        { phone: '+12025550142' },
        { name: '' },
        { time: 'now' },
        { extra: 1 },
        { _update_existing_only: false },
      ].map((part) => ({
        events: [{ ...good, ...part }],
      })),
      ...[
        { $a: 1 },
        { time: 1 },
        { a: null },
        { a: 'x'.repeat(256) },
        { a: Array.from({ length: 9_000 }, () => 'y'.repeat(12)) },
      ].map((properties) => ({
        events: [{ ...good, properties }],
      })),
      { attributes: [{ first_name: 'Robin' }] },
      { attributes: [{ external_id: 'x'.repeat(988) }] },
    ]
    for (const body of bad) expect(documentedProblems(body)).not.toStrictEqual([])
  })
})

function objectsOf(body: unknown): unknown[] {
  return typeof body === 'object' && body !== null ? Object.values(body).flat() : []
}
