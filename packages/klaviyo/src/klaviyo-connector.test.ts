import { inspect } from 'node:util'
import type { Connector, SubtotalEvent } from '@subtotal-connectors/core'
import {
  createMockKlaviyo,
  type MockKlaviyo,
  makeConnectionEvent,
  makeProfileEvent,
  makePurchaseEvent,
} from '@subtotal-connectors/testing'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createKlaviyoConnector } from './klaviyo-connector.ts'

const apiKey = 'pk_0f1e2d3c4b5a69788796a5b4c3d2e1f0ab'
let mock: MockKlaviyo
let klaviyo: Connector

beforeAll(async () => {
  mock = await createMockKlaviyo({ apiKey })
  klaviyo = createKlaviyoConnector({ apiKey, baseUrl: mock.url })
})
afterEach(() => {
  mock.recover()
  mock.clear()
})
afterAll(async () => {
  await klaviyo.close()
  await mock.close()
})

const purchase = (index: number, email = `shopper${index}@shoppers.example`) =>
  makePurchaseEvent({ id: `event-${index}`, customer: { email }, purchase: { id: `purchase-${index}` } })
const purchases = (count: number) => Array.from({ length: count }, (_, index) => purchase(index))
/** An address that core takes and Klaviyo does not: its domain has no dot. */
const refusedEmail = 'robin.secretname@nodot'
const uniqueIds = () => mock.accepted.map(({ uniqueId }) => uniqueId)
const paths = () => mock.requests.map(({ path }) => path)
const statusesOf = async (events: readonly SubtotalEvent[]) => (await klaviyo.deliver(events)).map(({ status }) => status)

describe('accepted', () => {
  test('one event goes alone, with key, revision and opt-out', async () => {
    expect(await klaviyo.deliver([purchase(1)])).toStrictEqual([{ status: 'delivered' }])
    expect(mock.requests).toMatchObject([
      {
        method: 'POST',
        path: '/api/events',
        headers: {
          authorization: `Klaviyo-API-Key ${apiKey}`,
          'content-type': 'application/vnd.api+json',
          accept: 'application/vnd.api+json',
          revision: '2026-07-15',
          'x-klaviyo-revision-fall-forward-opt-out': '1',
        },
      },
    ])
    expect(uniqueIds()).toStrictEqual(['purchase.created:purchase-1'])
  })

  test('events of all types go in one job, and Klaviyo keeps each', async () => {
    const events: readonly SubtotalEvent[] = [
      purchase(1),
      makeConnectionEvent('account.connected'),
      makeConnectionEvent('connection.reauthenticated'),
      makeConnectionEvent('account.disconnected'),
      makeConnectionEvent('connection.unauthenticated'),
      makeProfileEvent('profile.created'),
      makeProfileEvent('profile.updated'),
    ]
    expect(await statusesOf(events)).toStrictEqual(Array(7).fill('delivered'))
    expect(paths()).toStrictEqual(['/api/event-bulk-create-jobs'])
    expect(mock.accepted.map(({ metric }) => metric)).toStrictEqual([
      'Purchased at Retailer',
      'Connected an Account',
      'Reauthenticated Connection',
      'Disconnected an Account',
      'Unauthenticated Connection',
      'Profile Created',
      'Profile Updated',
    ])
  })

  test('more than 1,000 events go in several requests', async () => {
    expect(await statusesOf(purchases(2_001))).toStrictEqual(Array(2_001).fill('delivered'))
    expect(paths().toSorted()).toStrictEqual(['/api/event-bulk-create-jobs', '/api/event-bulk-create-jobs', '/api/events'])
    expect(new Set(uniqueIds()).size).toBe(2_001)
  })

  test('a request never has more than 5,000,000 bytes', async () => {
    const note = 'é'.repeat(45_000)
    const connector = createKlaviyoConnector({ apiKey, baseUrl: mock.url, properties: () => ({ note }) })
    const results = await connector.deliver(purchases(120))
    await connector.close()
    expect(results).toStrictEqual(Array(120).fill({ status: 'delivered' }))
    expect(mock.requests).toHaveLength(3)
    for (const { text } of mock.requests) expect(Buffer.byteLength(text)).toBeLessThanOrEqual(5_000_000)
  })

  test('an event over 5,000,000 bytes is rejected and the others are delivered', async () => {
    const notes = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`note${index}`, 'x'.repeat(100_000)]))
    const connector = createKlaviyoConnector({
      apiKey,
      baseUrl: mock.url,
      properties: (event, defaults) => (event.id === 'event-1' ? notes : defaults),
    })
    const results = await connector.deliver(purchases(3))
    await connector.close()
    expect(results).toMatchObject([
      { status: 'delivered' },
      { status: 'rejected', error: { code: 'ERR_TOO_LARGE' } },
      { status: 'delivered' },
    ])
    expect(uniqueIds()).toStrictEqual(['purchase.created:purchase-0', 'purchase.created:purchase-2'])
  })

  test('nothing that breaks a data limit is sent to be dropped', async () => {
    const [item] = makePurchaseEvent().purchase.items
    const items =
      item === undefined
        ? []
        : Array.from({ length: 4_500 }, (_, index) => ({
            ...item,
            product: { ...item.product, upc: `${index}`, brand: `b${index}` },
          }))
    const large = makePurchaseEvent({ purchase: { items } })
    expect(await klaviyo.deliver([large])).toStrictEqual([
      {
        status: 'delivered',
        warnings: [
          'upcs has the first 4000 of 4500 UPCs: Klaviyo takes no more items in an array.',
          'brands has the first 4000 of 4500 items: Klaviyo takes no more in an array.',
        ],
      },
    ])
    expect(mock.lost).toStrictEqual([])
  })

  test('an address that Klaviyo drops is delivered with a warning', async () => {
    expect(await klaviyo.deliver([purchase(1, 'robin@example.com')])).toStrictEqual([
      { status: 'delivered', warnings: ['Klaviyo accepts events of addresses at example.com and drops them.'] },
    ])
    expect(mock.lost).toHaveLength(1)
    expect(mock.accepted).toStrictEqual([])
  })
})

describe('repeats', () => {
  test('inside one call are sent once and share the result', async () => {
    const event = purchase(1)
    const again = { ...event, id: 'another-webhook-of-it' }
    expect(await statusesOf([event, purchase(2), again])).toStrictEqual(['delivered', 'delivered', 'delivered'])
    expect(uniqueIds()).toStrictEqual(['purchase.created:purchase-1', 'purchase.created:purchase-2'])
  })

  test('of a rejected event are rejected too', async () => {
    const event = purchase(1, refusedEmail)
    expect(await statusesOf([event, purchase(2), { ...event }])).toStrictEqual(['rejected', 'delivered', 'rejected'])
  })

  test('in a later call are accepted and change nothing', async () => {
    await klaviyo.deliver([purchase(1)])
    expect(await statusesOf([purchase(1)])).toStrictEqual(['delivered'])
    expect(mock.duplicates).toBe(1)
  })
})

describe('refused', () => {
  test('one event: rejected with the words of Klaviyo', async () => {
    expect(await klaviyo.deliver([purchase(1, refusedEmail)])).toMatchObject([
      {
        status: 'rejected',
        error: {
          code: 'ERR_REJECTED',
          status: 400,
          message: 'Klaviyo refused the event: Invalid input. Invalid email address. (HTTP 400).',
        },
      },
    ])
  })

  test('the bad ones of a job are rejected, the rest is sent again in the same call', async () => {
    const events = purchases(6).map((event, index) => (index === 1 || index === 4 ? purchase(index, refusedEmail) : event))
    expect(await statusesOf(events)).toStrictEqual(['delivered', 'rejected', 'delivered', 'delivered', 'rejected', 'delivered'])
    expect(mock.requests).toHaveLength(2)
    expect(uniqueIds()).toStrictEqual([0, 2, 3, 5].map((index) => `purchase.created:purchase-${index}`))
  })

  test('a job without a name for the bad one is searched for it', async () => {
    mock.fail({
      kind: 'answer',
      status: 400,
      body: { errors: [{ code: 'invalid', title: 'Invalid input.', source: { pointer: '/data' } }] },
    })
    const events = purchases(4).map((event, index) => (index === 2 ? purchase(index, refusedEmail) : event))
    expect(await statusesOf(events)).toStrictEqual(['delivered', 'delivered', 'rejected', 'delivered'])
  })

  test('identifiers of two profiles: rejected', async () => {
    mock.fail({ kind: 'answer', status: 409, body: { errors: [{ code: 'duplicate_profile', title: 'Conflict.' }] } })
    expect(await statusesOf([purchase(1)])).toStrictEqual(['rejected'])
  })

  test('whatever is bad in a job, each event has its own result and only the good ones arrive', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 30 }), async (isGood) => {
        mock.clear()
        const events = isGood.map((good, index) => (good ? purchase(index) : purchase(index, refusedEmail)))
        expect(await statusesOf(events)).toStrictEqual(isGood.map((good) => (good ? 'delivered' : 'rejected')))
        expect(uniqueIds()).toStrictEqual(isGood.flatMap((good, index) => (good ? [`purchase.created:purchase-${index}`] : [])))
      }),
      { numRuns: 100 },
    )
  })
})

describe('the account, the rate and the network', () => {
  test.each([
    [400, { errors: [{ code: 'not_authenticated', title: 'Missing or invalid private key.', source: { pointer: '/data/' } }] }],
    [401, undefined],
    [403, undefined],
    [410, undefined],
  ])('%d blocks every event', async (status, body) => {
    mock.fail({ kind: 'answer', status, body }, { times: Number.POSITIVE_INFINITY })
    expect(await statusesOf(purchases(2))).toStrictEqual(['blocked', 'blocked'])
    expect(await statusesOf(purchases(1))).toStrictEqual(['blocked'])
  })

  test('429 says how long to wait', async () => {
    mock.fail({ kind: 'answer', status: 429, headers: { 'retry-after': '17' }, body: '' })
    expect(await klaviyo.deliver(purchases(2))).toMatchObject(
      Array(2).fill({ status: 'retry', reason: 'rate_limited', retryAfterMs: 17_000 }),
    )
  })

  test.each([500, 502, 503, 524])('%d is for another time', async (status) => {
    mock.fail({ kind: 'answer', status, body: '<html>' })
    expect(await klaviyo.deliver(purchases(1))).toMatchObject([{ status: 'retry', reason: 'unavailable' }])
  })

  test('413 makes the requests smaller', async () => {
    mock.fail({ kind: 'answer', status: 413, body: '' })
    expect(await statusesOf(purchases(4))).toStrictEqual(Array(4).fill('delivered'))
    expect(uniqueIds().toSorted()).toStrictEqual([0, 1, 2, 3].map((index) => `purchase.created:purchase-${index}`))
  })

  test.each(['html', 'empty', 'garbage', 'huge', 'truncated', 'wrong_length', 'reset'] as const)(
    '%s is never called delivered',
    async (kind) => {
      mock.fail({ kind })
      expect(await klaviyo.deliver(purchases(3))).toMatchObject(Array(3).fill({ status: 'retry' }))
    },
  )

  test('what arrived before the answer was lost is ignored the second time', async () => {
    mock.fail({ kind: 'accept_then', failure: 'reset' })
    expect(await klaviyo.deliver(purchases(2))).toMatchObject(Array(2).fill({ status: 'retry', mayHaveArrived: true }))
    expect(await statusesOf(purchases(2))).toStrictEqual(['delivered', 'delivered'])
    expect(mock.accepted).toHaveLength(2)
  })
})

test('neither key nor person is in any error', async () => {
  const events = [purchase(1, refusedEmail), makeProfileEvent('profile.created', { customer: { email: refusedEmail } })]
  const answers = [
    {
      status: 400,
      body: { errors: [{ title: `${apiKey} ${refusedEmail} Robin Ashdown`, detail: 'r.ashdown@retailer-mail.example' }] },
    },
    { status: 401, body: `Klaviyo-API-Key ${apiKey} for ${refusedEmail}` },
    { status: 409, body: { errors: [{ detail: `${refusedEmail} and +12025550187` }] } },
    { status: 500, body: `<html>${apiKey} ${refusedEmail}</html>` },
  ]
  for (const answer of answers) {
    mock.fail({ kind: 'answer', ...answer }, { times: Number.POSITIVE_INFINITY })
    const results = await klaviyo.deliver(events)
    mock.recover()
    const seen = `${inspect(results, { depth: 9 })} ${JSON.stringify(results)}`
    for (const secret of [apiKey, 'secretname', 'Ashdown', '2025550187']) expect(seen).not.toContain(secret)
  }
})

test('a plan is what is sent, the key aside', async () => {
  const events = purchases(3)
  const planned = klaviyo.plan(events)
  await klaviyo.deliver(events)
  expect(planned.requests.map(({ url, body }) => [new URL(url).pathname, body])).toStrictEqual(
    mock.requests.map(({ path, json }) => [path, json]),
  )
  expect(JSON.stringify(planned)).not.toContain(apiKey)
})
