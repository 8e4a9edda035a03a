import type { SubtotalEvent } from '@subtotal-connectors/core'
import type { MockCustomerio } from '@subtotal-connectors/testing'
import {
  createMockCustomerio,
  makeConnectionEvent,
  makeEveryEvent,
  makeProfileEvent,
  makePurchaseEvent,
} from '@subtotal-connectors/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { messagesOf } from '../test/messages-of.ts'
import { createCustomerioConnector } from './customerio-connector.ts'
import type { CustomerioConnectorOptions } from './customerio-connector-options.ts'

const apiKey = 'cio-key-of-nobody-1234567890'
const closing: { close(): Promise<void> }[] = []
let mock: MockCustomerio

beforeEach(async () => {
  mock = await createMockCustomerio({ apiKey })
  closing.push(mock)
})

afterEach(async () => {
  for (const one of closing.splice(0).reverse()) await one.close()
})

function connect(options: Partial<CustomerioConnectorOptions> = {}) {
  const connector = createCustomerioConnector({ apiKey, baseUrl: mock.url, ...options })
  closing.push(connector)
  return connector
}

const connected = (id: string): SubtotalEvent => makeConnectionEvent('account.connected', { id })
/** Customer.io takes milliseconds at most. */
const poisoned = (id: string): SubtotalEvent =>
  makeConnectionEvent('account.connected', { id, occurredAt: '2026-01-21T16:05:00.123456789Z' })
const batchSizes = () => mock.requests.map(({ json }) => Object(json).batch.length)

describe('against a strict Customer.io', () => {
  it('delivers all seven events as planned, in strict mode, with the key as user name', async () => {
    const events = makeEveryEvent()
    const connector = connect({ profiles: 'both', linkUrl: 'https://link.subtotal.example/x', currency: 'USD' })
    const results = await connector.deliver(events)
    expect(results).toStrictEqual(events.map(() => ({ status: 'delivered' })))
    expect(mock.requests).toHaveLength(1)
    expect(mock.requests[0]).toMatchObject({
      method: 'POST',
      path: '/v1/batch',
      headers: {
        authorization: `Basic ${Buffer.from(`${apiKey}:`).toString('base64')}`,
        'x-strict-mode': '1',
        'content-type': 'application/json',
      },
    })
    expect(mock.accepted).toStrictEqual(messagesOf(connector.plan(events).requests[0]))
    expect(mock.lost).toStrictEqual([])
  })

  it('finds the bad ones of a batch that is refused without an index, and sends the others again with the same ids', async () => {
    const events = Array.from({ length: 40 }, (_, index) =>
      index === 7 || index === 31 ? poisoned(`e${index}`) : connected(`e${index}`),
    )
    const connector = connect()
    const results = await connector.deliver(events)
    expect(results.flatMap(({ status }, index) => (status === 'rejected' ? [index] : []))).toStrictEqual([7, 31])
    expect(results.filter(({ status }) => status === 'delivered')).toHaveLength(38)
    expect(results[7]).toMatchObject({ error: { code: 'ERR_REJECTED', status: 400 } })
    const planned = messagesOf(connector.plan(events).requests[0])
    const good = planned.filter((_, index) => index !== 7 && index !== 31)
    const byId = (messages: readonly Readonly<Record<string, unknown>>[]) =>
      new Map(messages.map((message) => [message['messageId'], message]))
    expect(byId(mock.accepted)).toStrictEqual(byId(good))
    expect(mock.duplicates).toBe(0)
  })

  it('takes a 207 at its word, message by message', async () => {
    const partial = await createMockCustomerio({ apiKey, partial: 'multi_status' })
    closing.push(partial)
    const results = await connect({ baseUrl: partial.url }).deliver([connected('a'), poisoned('b'), connected('c')])
    expect(results.map(({ status }) => status)).toStrictEqual(['delivered', 'rejected', 'delivered'])
    expect(partial.requests).toHaveLength(1)
    expect(partial.accepted).toHaveLength(2)
  })

  it('cuts 250 events into three requests', async () => {
    const results = await connect().deliver(Array.from({ length: 250 }, (_, index) => connected(`e${index}`)))
    expect(results.every(({ status }) => status === 'delivered')).toBe(true)
    expect(batchSizes().sort((a, b) => b - a)).toStrictEqual([100, 100, 50])
  })

  it('rejects, in both messages of a profile, what Customer.io refuses of one', async () => {
    const event = makeProfileEvent('profile.updated', { occurredAt: '2026-01-21T16:05:00.123456789Z' })
    const results = await connect({ profiles: 'both' }).deliver([event, connected('a')])
    expect(results.map(({ status }) => status)).toStrictEqual(['rejected', 'delivered'])
  })
})

describe('when Customer.io does not take the request', () => {
  it('is blocked by a wrong key, and names neither key nor person', async () => {
    const wrongKey = 'another-key-of-nobody-987654'
    const [result] = await connect({ apiKey: wrongKey }).deliver([makePurchaseEvent()])
    expect(result).toMatchObject({ status: 'blocked', error: { code: 'ERR_CREDENTIALS', status: 401 } })
    expect(JSON.stringify([result, String(Object(result).error)])).not.toContain(wrongKey)
  })

  it("keeps Customer.io's words without the key and without the person", async () => {
    const words = `event of robin.ashdown@shoppers.example, Robin, with ${apiKey} has no name`
    mock.fail({ kind: 'answer', status: 400, body: { meta: { errors: [words] } } }, { times: Number.POSITIVE_INFINITY })
    const [result] = await connect({ profiles: 'attributes' }).deliver([makeProfileEvent('profile.created')])
    expect(result).toMatchObject({ status: 'rejected', error: { code: 'ERR_REJECTED', status: 400 } })
    const error = Object(result).error
    const text = `${error.message} ${error.body} ${error.stack} ${JSON.stringify(error)}`
    expect(text).toContain('has no name')
    for (const secret of ['robin.ashdown', 'Robin', apiKey]) expect(text).not.toContain(secret)
  })

  it.each([
    ['429', { kind: 'answer', status: 429, headers: { 'retry-after': '7' } }, { reason: 'rate_limited', retryAfterMs: 7_000 }],
    ['503', { kind: 'answer', status: 503 }, { reason: 'unavailable' }],
    ['a web page', { kind: 'html' }, { reason: 'unreadable', mayHaveArrived: true }],
    ['garbage', { kind: 'garbage' }, { reason: 'unreadable', mayHaveArrived: true }],
    ['half an answer', { kind: 'truncated' }, { reason: 'unreadable', mayHaveArrived: true }],
    ['a broken connection', { kind: 'reset' }, { reason: 'network', mayHaveArrived: true }],
  ] as const)('asks for another attempt after %s', async (_, failure, retry) => {
    mock.fail(failure, { times: Number.POSITIVE_INFINITY })
    const [result] = await connect().deliver([makePurchaseEvent()])
    expect(result).toMatchObject({ status: 'retry', ...retry })
  })

  it('takes an empty success for delivered, as Customer.io documents no body', async () => {
    mock.fail({ kind: 'empty' })
    expect(await connect().deliver([makePurchaseEvent()])).toStrictEqual([{ status: 'delivered' }])
  })

  it('sends the same bytes in another attempt', async () => {
    mock.fail({ kind: 'reset' })
    const connector = connect()
    await connector.deliver([makePurchaseEvent()])
    await connector.deliver([makePurchaseEvent()])
    expect(mock.requests).toHaveLength(2)
    expect(mock.requests[1]?.text).toBe(mock.requests[0]?.text)
  })
})

describe('when Customer.io redirects', () => {
  it('follows within the same loopback origin with body and key', async () => {
    mock.fail({ kind: 'answer', status: 307, headers: { location: '/v1/batch' } })
    expect(await connect().deliver([makePurchaseEvent()])).toStrictEqual([{ status: 'delivered' }])
    expect(mock.requests[1]).toMatchObject({ text: mock.requests[0]?.text, headers: { 'x-strict-mode': '1' } })
  })

  it('carries neither body nor key to another origin', async () => {
    const other = await createMockCustomerio()
    closing.push(other)
    mock.fail({ kind: 'answer', status: 308, headers: { location: `${other.url}/v1/batch` } })
    const [result] = await connect().deliver([makePurchaseEvent()])
    expect(result).toMatchObject({ status: 'blocked', error: { code: 'ERR_REDIRECTED' } })
    expect(other.requests).toStrictEqual([])
  })
})

describe('check', () => {
  it('proves a right key without creating anything', async () => {
    expect(await connect().check()).toMatchObject({ ok: true, problems: [] })
    expect(mock.accepted).toStrictEqual([])
    expect(batchSizes()).toStrictEqual([0])
  })

  it('finds a wrong key', async () => {
    expect(await connect({ apiKey: 'wrong' }).check()).toMatchObject({
      ok: false,
      proved: [],
      problems: [expect.stringContaining('refused the key')],
    })
  })

  it('says so when there is no answer', async () => {
    mock.fail({ kind: 'reset' })
    expect(await connect().check()).toMatchObject({ ok: false, problems: [expect.any(String)] })
  })
})
