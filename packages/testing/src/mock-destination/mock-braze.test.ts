import { describe, expect, test } from 'vitest'
import {
  alias,
  attributes,
  callBraze,
  event,
  eventOf,
  jsonHeaders,
  many,
  noon,
  noValidData,
  purchase,
  startBraze,
} from './__fixtures__/braze-call.ts'
import { brazeRateLimited } from './mock-braze-rate-limit.ts'

describe('createMockBraze', () => {
  test('accepts what the documentation shows, in the order attributes, events, purchases', async () => {
    const { url, accepted, lost } = await startBraze()
    const answer = await callBraze(url, { body: { purchases: [purchase], events: [event, event], attributes: [attributes] } })
    expect({ status: answer.status, json: answer.json }).toStrictEqual({
      status: 201,
      json: { message: 'success', attributes_processed: 1, events_processed: 2, purchases_processed: 1 },
    })
    expect(accepted.map(({ array }) => array)).toStrictEqual(['attributes', 'events', 'events', 'purchases'])
    expect(lost).toStrictEqual([])
  })

  test.each([
    ['external_id', { external_id: 'x'.repeat(987) }],
    ['braze_id', { braze_id: 'b-1' }],
    ['email', { email: 'robin.ashdown@shoppers.example' }],
    ['phone', { phone: '+12025550142' }],
    ['a phone beside an email, whatever its form', { email: 'robin.ashdown@shoppers.example', phone: '555' }],
  ])('finds people by %s', async (_name, identifiers) => {
    const { url, accepted } = await startBraze()
    expect((await callBraze(url, { body: { events: [eventOf(identifiers)] } })).status).toBe(201)
    expect(accepted).toHaveLength(1)
  })

  test.each(['2026-01-21T11:59:58Z', '2026-01-21T11:59:58.123+02:00', '2026-01-21T11:59:58:123Z', '2026-01-21T11:59:58'])(
    'takes the time %s',
    async (time) => {
      const { url } = await startBraze()
      expect((await callBraze(url, { body: { events: [{ ...event, time }] } })).status).toBe(201)
    },
  )

  test('takes exactly what the limits allow', async () => {
    const { url, accepted } = await startBraze()
    const properties = { ['n'.repeat(255)]: 'é'.repeat(255) }
    const answer = await callBraze(url, { body: { events: [...many(74), { ...event, properties }] } })
    expect({ status: answer.status, json: answer.json }).toStrictEqual({
      status: 201,
      json: { message: 'success', events_processed: 75 },
    })
    expect(accepted).toHaveLength(75)
  })

  test('answers 400 with every error when no object is valid, several for one object', async () => {
    const { url, accepted } = await startBraze()
    const answer = await callBraze(url, { body: { events: [{ name: 'x' }], purchases: ['groceries'] } })
    expect({ status: answer.status, json: answer.json }).toStrictEqual({
      status: 400,
      json: {
        ...noValidData,
        errors: [
          { type: "'external_id', 'braze_id', 'user_alias', 'email' or 'phone' is required", input_array: 'events', index: 0 },
          { type: "'time' is required", input_array: 'events', index: 0 },
          { type: "'purchases' must be an array of objects", input_array: 'purchases', index: 0 },
        ],
      },
    })
    expect(accepted).toStrictEqual([])
  })

  test('accepts a repeated object again: Braze does not deduplicate', async () => {
    const { url, accepted } = await startBraze()
    await callBraze(url)
    await callBraze(url)
    expect(accepted).toHaveLength(2)
  })

  test('takes only the key it is given', async () => {
    const { url } = await startBraze({ apiKey: 'the-key' })
    expect((await callBraze(url)).status).toBe(401)
    expect((await callBraze(url, { headers: { ...jsonHeaders, authorization: 'Bearer the-key' } })).status).toBe(201)
  })

  test('takes no more objects than it is set to', async () => {
    const { url } = await startBraze({ maxObjects: 50 })
    expect((await callBraze(url, { body: { events: many(50) } })).status).toBe(201)
    expect((await callBraze(url, { body: { events: many(51) } })).json).toStrictEqual({ message: 'Max Input Length Exceeded' })
  })

  test('knows an alias that attributes made in the same request, until it is cleared', async () => {
    const { url, accepted, lost, clear } = await startBraze()
    const body = { attributes: [{ ...alias, favourite: 'tea', _update_existing_only: false }], events: [eventOf(alias)] }
    await callBraze(url, { body })
    expect(accepted).toHaveLength(2)
    clear()
    await callBraze(url, { body: { events: [eventOf(alias)] } })
    expect(accepted).toStrictEqual([])
    expect(lost).toHaveLength(1)
    clear()
    expect(lost).toStrictEqual([])
  })

  test('updates a person it knows when _update_existing_only is true', async () => {
    const { url, accepted } = await startBraze()
    await callBraze(url)
    await callBraze(url, { body: { events: [{ ...event, _update_existing_only: true }] } })
    expect(accepted).toHaveLength(2)
  })

  test('tells the rate limit with an epoch on ordinary contracts', async () => {
    let now = noon + 500
    const { url, accepted } = await startBraze({ now: () => now, rateLimit: { requests: 2, perMs: 3000 } })
    const answers = [await callBraze(url), await callBraze(url), await callBraze(url)]
    expect(answers.map(({ status }) => status)).toStrictEqual([201, 201, 429])
    const reset = String(noon / 1000 + 3)
    expect(answers.map(({ headers }) => headers.get('x-ratelimit-limit'))).toStrictEqual(['2', '2', '2'])
    expect(answers.map(({ headers }) => headers.get('x-ratelimit-remaining'))).toStrictEqual(['1', '0', '0'])
    expect(answers.map(({ headers }) => headers.get('x-ratelimit-reset'))).toStrictEqual([reset, reset, reset])
    expect(accepted).toHaveLength(2)
    now = noon + 3000
    expect((await callBraze(url)).status).toBe(201)
  })

  test('tells the rate limit with seconds on MAU contracts, and on 429 by its own header alone', async () => {
    const { url } = await startBraze({ now: () => noon + 500, rateLimit: { requests: 1, perMs: 3000, contract: 'mau' } })
    const [first, second] = [await callBraze(url), await callBraze(url)]
    expect(first.headers.get('x-ratelimit-reset')).toBe('3')
    expect(second.status).toBe(429)
    expect(second.headers.get('x-ratelimit-retry-after')).toBe('3')
    expect(second.headers.get('x-ratelimit-reset')).toBeNull()
  })

  test('can be told to answer 429 in either form', async () => {
    const { url, fail } = await startBraze()
    fail(brazeRateLimited('ordinary', 7, noon))
    fail(brazeRateLimited('mau', 7, noon))
    const [ordinary, mau] = [await callBraze(url), await callBraze(url)]
    expect([ordinary.status, ordinary.headers.get('x-ratelimit-reset')]).toStrictEqual([429, String(noon / 1000 + 7)])
    expect([mau.status, mau.headers.get('x-ratelimit-retry-after')]).toStrictEqual([429, '7'])
  })
})
