import { createHash } from 'node:crypto'
import {
  makeConnectionEvent,
  makeProfileEvent,
  makePurchaseEvent,
  publishedPurchaseEvent,
} from '@subtotal-connectors/testing/mocks'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createMockIterable, revokedIterableKey } from '../test/mock-iterable.ts'
import { createIterableConnector, type IterableConnectorOptions } from './index.ts'

async function setUp(options: Partial<IterableConnectorOptions> = {}) {
  const mock = await createMockIterable()
  const iterable = createIterableConnector({ apiKey: 'key', baseUrl: mock.url, ...options })
  onTestFinished(async () => {
    await iterable.close()
    await mock.close()
  })
  return { mock, iterable }
}

const options = { apiKey: 'key' }
const identifierProblem = '"identifyBy": must be "email", "customerId" or a list of them: Iterable identifies nobody by phone'
const person = (email: string) => ({ customer: { id: 'customer-1', email, mobile: null } })
const purchase = (number: number, email: string) =>
  makePurchaseEvent({ id: `event-${number}`, purchase: { id: `purchase-${number}` }, ...person(email) })

describe('what is sent', () => {
  test('the published purchase', () => {
    const [request] = createIterableConnector(options).plan([publishedPurchaseEvent()]).requests
    expect(request?.url).toBe('https://api.iterable.com/api/events/trackBulk')
    expect(request?.body).toMatchInlineSnapshot(`
      {
        "events": [
          {
            "createdAt": 1748702903,
            "dataFields": {
              "brands": [
                "frenchs",
                "heinz",
                "spam",
                "jif",
                "yogi-tea",
                "cheerios",
                "m&ms",
                "goya",
                "coca-cola",
              ],
              "connection_id": "01KFRSK9J11G807TAY0GCYSW67",
              "item_count": 15,
              "purchase_id": "01KEVN1ZPM9H19JSHGN5NF0M69",
              "retailer": "walmart",
              "source": "subtotal",
              "subtotal": 43.04,
              "tax": 1.6,
              "total": 44.64,
              "upcs": [
                "040000476528",
                "016000124790",
                "041331027878",
                "013000001243",
                "049000031171",
                "049000040869",
                "076950450363",
                "037600138727",
                "049000067231",
                "041500007007",
                "051500255162",
              ],
            },
            "email": "robin.ashdown@shoppers.example",
            "eventName": "subtotal_purchase",
            "id": "purchase.created:01KEVN1ZPM9H19JSHGN5NF0M69",
          },
        ],
      }
    `)
  })

  test('an account that was disconnected, with where to link it again', () => {
    const iterable = createIterableConnector({ ...options, linkUrl: 'https://link.example/w?b=1', identifyBy: 'customerId' })
    const event = makeConnectionEvent('account.disconnected', {
      ...person('robin@shoppers.example'),
      connection: { id: 'connection-1', retailer: 'walmart' },
    })
    expect(iterable.plan([event]).requests[0]?.body).toMatchObject({
      events: [
        {
          userId: 'customer-1',
          eventName: 'subtotal_account_disconnected',
          dataFields: { link_url: 'https://link.example/w?b=1&connection_id=connection-1' },
        },
      ],
    })
  })

  test('a profile, without what is not known', () => {
    const event = makeProfileEvent('profile.created', { profile: { first_name: 'Robin', last_name: null } })
    const body = JSON.stringify(createIterableConnector(options).plan([event]).requests[0]?.body)
    expect(body).toContain('"first_name":"Robin"')
    expect(body).not.toContain('last_name')
  })

  test('to the data center of the region', () => {
    const [request] = createIterableConnector({ ...options, region: 'eu' }).plan([publishedPurchaseEvent()]).requests
    expect(request?.url).toBe('https://api.eu.iterable.com/api/events/trackBulk')
  })
})

describe('limits', () => {
  test('an event above 4,000,000 bytes is rejected without a request', async () => {
    const { mock, iterable } = await setUp({ properties: () => ({ note: 'x'.repeat(4_000_000) }) })
    const results = await iterable.deliver([purchase(1, 'robin@shoppers.example')])
    expect(results).toMatchObject([{ status: 'rejected', error: { code: 'ERR_TOO_LARGE' } }])
    expect(mock.requests).toStrictEqual([])
  })

  test('1,001 events are two requests', () => {
    const events = Array.from({ length: 1_001 }, (_, number) => purchase(number, 'robin@shoppers.example'))
    const { requests } = createIterableConnector(options).plan(events)
    expect(requests.map(({ eventIds }) => eventIds.length)).toStrictEqual([1_000, 1])
  })

  test.each([
    [512, 'k'.repeat(512)],
    [513, createHash('sha256').update('k'.repeat(513)).digest('hex')],
  ])('an idempotency key of %i characters is sent as an id of at most 512', (length, id) => {
    const event = makePurchaseEvent({ idempotencyKey: 'k'.repeat(length), ...person('robin@shoppers.example') })
    expect(createIterableConnector(options).plan([event]).requests[0]?.body).toMatchObject({ events: [{ id }] })
  })
})

describe('options', () => {
  test.each([
    [{ identifyBy: 'mobile' }, identifierProblem],
    [{ identifyBy: ['email', 'mobile'] }, identifierProblem],
    [{ identifyBy: [] }, /"identifyBy": must name at least one identifier/],
    [{ profiles: 'both' }, /"profiles": must be "event" or "off"/],
    [{ region: 'ap' }, /"region": must be "us" or "eu"/],
  ])('%o is refused', (wrong, message) => {
    expect(() => Reflect.apply(createIterableConnector, undefined, [{ ...options, ...wrong }])).toThrow(message)
  })
})

describe('what became of it', () => {
  test('people who are not taken are named, the others are delivered in the same request', async () => {
    const { mock, iterable } = await setUp()
    mock.refuse('bad@shoppers.example')
    const results = await iterable.deliver([purchase(1, 'good@shoppers.example'), purchase(2, 'BAD@shoppers.example')])
    expect(results).toMatchObject([{ status: 'delivered' }, { status: 'rejected', error: { code: 'ERR_REJECTED', status: 200 } }])
    expect(mock.requests).toHaveLength(1)
  })

  test('when two events of one person cannot be told apart each is sent alone, and nothing is kept twice', async () => {
    const { mock, iterable } = await setUp()
    mock.refuse('purchase-2')
    const events = [1, 2, 3].map((number) => purchase(number, 'robin@shoppers.example'))
    const results = await iterable.deliver(events)
    expect(results.map(({ status }) => status)).toStrictEqual(['delivered', 'rejected', 'delivered'])
    expect(mock.accepted.map(({ id }) => id).toSorted()).toStrictEqual([
      'purchase.created:purchase-1',
      'purchase.created:purchase-3',
    ])
  })

  test('an event name that the project does not allow is rejected', async () => {
    const { mock, iterable } = await setUp()
    const body = { successCount: 0, failCount: 1, disallowedEventNames: ['subtotal_purchase'], failedUpdates: {} }
    mock.fail({ kind: 'answer', status: 200, body })
    expect(await iterable.deliver([purchase(1, 'robin@shoppers.example')])).toMatchObject([{ status: 'rejected' }])
  })

  test('an answer whose numbers do not add up says nothing', async () => {
    const { mock, iterable } = await setUp()
    mock.fail({ kind: 'answer', status: 200, body: { successCount: 2, failCount: 0 } })
    const results = await iterable.deliver([purchase(1, 'robin@shoppers.example')])
    expect(results).toMatchObject([{ status: 'retry', reason: 'unreadable', mayHaveArrived: true }])
  })
})

describe('check', () => {
  test.each([
    ['key', true],
    [revokedIterableKey, false],
  ])('the key %s: %s', async (apiKey, ok) => {
    const { mock, iterable } = await setUp({ apiKey })
    expect(await iterable.check()).toMatchObject({ ok })
    expect(mock.accepted).toStrictEqual([])
  })
})
