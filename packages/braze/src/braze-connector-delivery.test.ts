import type { SubtotalEvent } from '@subtotal-connectors/core'
import { subtotalEventTypes } from '@subtotal-connectors/core'
import type { Failure, MockBraze } from '@subtotal-connectors/testing/mocks'
import { blockedExternalId, makeConnectionEvent, makeProfileEvent, makePurchaseEvent } from '@subtotal-connectors/testing/mocks'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { eventArbitrary } from '../test/event-arbitrary.ts'
import { apiKey, purchases, setUp, summary } from '../test/set-up.ts'

const acceptedPeople = (mock: MockBraze) => mock.accepted.map(({ object }) => object['external_id'])

const everyType: readonly SubtotalEvent[] = subtotalEventTypes.map((type) => {
  if (type === 'purchase.created') return makePurchaseEvent()
  if (type === 'profile.created' || type === 'profile.updated') return makeProfileEvent(type)
  return makeConnectionEvent(type)
})

describe('delivery to Braze', () => {
  test('of every type of event is what the plan said, with the key as a bearer token', async () => {
    const { mock, connector } = await setUp({ profiles: 'both', writeContact: true, linkUrl: 'https://link.example/a' })
    const plan = connector.plan(everyType)
    expect(summary(await connector.deliver(everyType))).toStrictEqual(everyType.map(() => 'delivered'))
    expect(mock.requests.map(({ json }) => json)).toStrictEqual(plan.requests.map(({ body }) => body))
    expect(
      mock.requests.map(({ method, path, headers }) => [method, path, headers['authorization'], headers['content-type']]),
    ).toStrictEqual([['POST', '/users/track', `Bearer ${apiKey}`, 'application/json']])
    expect(mock.accepted).toHaveLength(9)
    expect(mock.lost).toStrictEqual([])
  })

  test('of one bad event costs no other', async () => {
    const { mock, connector } = await setUp()
    const results = await connector.deliver(purchases('a', blockedExternalId, 'c'))
    expect(summary(results)).toStrictEqual(['delivered', 'rejected ERR_REJECTED', 'delivered'])
    expect(results[1]).toMatchObject({
      error: { status: 201, message: expect.stringContaining('Braze refused the event: BLACKLISTED') },
    })
    expect(acceptedPeople(mock)).toStrictEqual(['a', 'c'])
    expect(mock.requests).toHaveLength(1)
  })

  test('of bad events alone rejects each', async () => {
    const { mock, connector } = await setUp()
    expect(summary(await connector.deliver(purchases(blockedExternalId, blockedExternalId)))).toStrictEqual([
      'rejected ERR_REJECTED',
      'rejected ERR_REJECTED',
    ])
    expect(mock.requests).toHaveLength(1)
  })

  test('of a profile with a bad event and good attributes is rejected', async () => {
    const { mock, connector } = await setUp({ profiles: 'both' })
    const errors = [{ type: "'name' is not valid", input_array: 'events', index: 0 }]
    mock.fail({ kind: 'answer', status: 201, body: { message: 'success', attributes_processed: 1, errors } })
    expect(summary(await connector.deliver([makeProfileEvent('profile.created')]))).toStrictEqual(['rejected ERR_REJECTED'])
  })

  test('to a contract with fewer objects a request still delivers every event once', async () => {
    const { mock, connector } = await setUp({}, { maxObjects: 50 })
    const ids = Array.from({ length: 75 }, (_, index) => `person-${index}`)
    expect(summary(await connector.deliver(purchases(...ids)))).toStrictEqual(ids.map(() => 'delivered'))
    expect(acceptedPeople(mock)).toHaveLength(75)
    expect(new Set(acceptedPeople(mock))).toStrictEqual(new Set(ids))
  })

  test('after 413 is tried in smaller requests', async () => {
    const { mock, connector } = await setUp()
    mock.fail({ kind: 'answer', status: 413 })
    expect(summary(await connector.deliver(purchases('a', 'b', 'c', 'd')))).toStrictEqual(
      Array.from({ length: 4 }, () => 'delivered'),
    )
    expect(acceptedPeople(mock)).toHaveLength(4)
    expect(new Set(acceptedPeople(mock))).toStrictEqual(new Set(['a', 'b', 'c', 'd']))
  })

  test('after a 400 without a reason finds the events at fault', async () => {
    const { mock, connector } = await setUp()
    mock.fail({ kind: 'answer', status: 400, body: { message: 'no' } })
    expect(summary(await connector.deliver(purchases('a', 'b', blockedExternalId, 'd')))).toStrictEqual([
      'delivered',
      'delivered',
      'rejected ERR_REJECTED',
      'delivered',
    ])
  })

  test('for any events: one result each, in order, and Braze keeps exactly what is delivered', async () => {
    const { mock, connector } = await setUp({ profiles: 'both', maxObjectsPerRequest: 5, concurrency: 2 })
    await fc.assert(
      fc.asyncProperty(fc.array(eventArbitrary, { maxLength: 12 }), async (events) => {
        mock.clear()
        const results = await connector.deliver(events)
        expect(results).toHaveLength(events.length)
        const sentObjects = events.map((event, index) => {
          if (results[index]?.status !== 'delivered') return 0
          return event.type === 'profile.created' || event.type === 'profile.updated' ? 2 : 1
        })
        expect(mock.accepted).toHaveLength(sentObjects.reduce<number>((sum, count) => sum + count, 0))
        expect(results.every((result) => result.status === 'delivered' || result.status === 'rejected')).toBe(true)
        expect(mock.lost).toStrictEqual([])
        expect(mock.peakSockets).toBeLessThanOrEqual(2)
      }),
      { numRuns: 60 },
    )
  })
})

const anyFailure: fc.Arbitrary<Failure> = fc.oneof(
  fc.record({
    kind: fc.constant('accept_then' as const),
    failure: fc.constantFrom('reset' as const, 'html' as const, 'truncated' as const),
  }),
  fc.record({
    kind: fc.constantFrom(
      'reset' as const,
      'html' as const,
      'empty' as const,
      'garbage' as const,
      'wrong_length' as const,
      'gzip' as const,
    ),
  }),
  fc.record({
    kind: fc.constant('answer' as const),
    status: fc.constantFrom(200, 201, 400, 401, 403, 404, 413, 429, 500, 503, 504),
    body: fc.oneof(
      fc.constant(undefined),
      fc.record({
        message: fc.constantFrom('fatal', 'Max Input Length Exceeded'),
        errors: fc.array(
          fc.oneof(
            fc.constant('a string'),
            fc.record({
              type: fc.constant('bad'),
              input_array: fc.constantFrom('events', 'attributes'),
              index: fc.integer({ min: -1, max: 9 }),
            }),
          ),
          { maxLength: 4 },
        ),
      }),
    ),
  }),
)

test('for any faults: one result an event, nothing delivered that Braze has not kept, nothing kept twice', async () => {
  const { mock, connector } = await setUp({ maxObjectsPerRequest: 4, concurrency: 2 })
  const people = fc.array(fc.constantFrom('good', 'good', 'good', blockedExternalId), { maxLength: 14 })
  await fc.assert(
    fc.asyncProperty(people, fc.array(anyFailure, { maxLength: 5 }), async (ids, failures) => {
      mock.recover()
      mock.clear()
      for (const failure of failures) mock.fail(failure)
      const events = ids.map((id, index) => makePurchaseEvent({ customer: { id }, purchase: { id: `purchase-${index}` } }))
      const results = await connector.deliver(events)
      expect(results).toHaveLength(events.length)
      const kept = mock.accepted.map(({ object }) => JSON.stringify(object))
      expect(new Set(kept).size).toBe(kept.length)
      for (const [index, result] of results.entries()) {
        const isKept = kept.some((text) => text.includes(`"purchase-${index}"`))
        if (result.status === 'delivered') expect(isKept).toBe(true)
        else if (isKept) expect(result).toMatchObject({ status: 'retry', mayHaveArrived: true })
      }
    }),
    { numRuns: 300 },
  )
})
