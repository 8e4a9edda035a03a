import { expect, it, onTestFinished } from 'vitest'
import { basic, rightMessage } from './__fixtures__/customerio-cases.ts'
import { createMockCustomerio, type MockCustomerio } from './mock-customerio.ts'
import type { MockCustomerioOptions } from './mock-customerio-settings.ts'

const strict = { 'x-strict-mode': '1' }

async function start(options: MockCustomerioOptions = {}): Promise<MockCustomerio> {
  const mock = await createMockCustomerio(options)
  onTestFinished(() => mock.close())
  return mock
}

async function post(mock: MockCustomerio, path: string, body: unknown, headers: Readonly<Record<string, string>> = strict) {
  const response = await fetch(`${mock.url}${path}`, {
    method: 'POST',
    headers: { authorization: basic('key:'), 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  return { status: response.status, text: await response.text() }
}

function message(overrides: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return { ...rightMessage, ...overrides }
}

function batch(...overrides: readonly Readonly<Record<string, unknown>>[]): unknown {
  return { batch: overrides.map(message) }
}

it('keeps every message of a batch as it was sent', async () => {
  const mock = await start()
  const traits = { first_name: 'Robin', subtotal_walmart_total_purchases: 42 }
  const identify = { type: 'identify', userId: 'cust_8841', traits }
  expect(await post(mock, '/v1/batch', { batch: [message(), identify] })).toEqual({ status: 200, text: '{}' })
  expect(mock.accepted).toStrictEqual([message(), identify])
  expect(mock.lost).toEqual([])
})

it('takes single calls without a type', async () => {
  const mock = await start()
  const { type: _, ...track } = rightMessage
  expect((await post(mock, '/v1/track', track)).status).toBe(200)
  expect((await post(mock, '/v1/identify', { userId: 'cust_8841', traits: {} })).status).toBe(200)
  expect(mock.accepted).toHaveLength(2)
})

it('takes an empty batch, which proves the key and creates nothing', async () => {
  const mock = await start()
  expect((await post(mock, '/v1/batch', { batch: [] })).status).toBe(200)
  expect((await post(mock, '/v1/batch', { batch: [] }, { ...strict, authorization: basic('revoked:') })).status).toBe(401)
  expect(mock.accepted).toEqual([])
})

it('accepts only the given key', async () => {
  const mock = await start({ apiKey: 'right' })
  expect((await post(mock, '/v1/batch', batch({}))).status).toBe(401)
  expect((await post(mock, '/v1/batch', batch({}), { ...strict, authorization: basic('right:') })).status).toBe(200)
})

it('answers a wrong key 200 without strict mode, and loses everything', async () => {
  const mock = await start({ apiKey: 'right' })
  expect(await post(mock, '/v1/batch', batch({}, {}), {})).toEqual({ status: 200, text: '{}' })
  expect(mock.accepted).toEqual([])
  expect(mock.lost.map(({ loss }) => loss)).toEqual(['a wrong or revoked key', 'a wrong or revoked key'])
})

it('answers an unknown path and another method in the same way without strict mode', async () => {
  const mock = await start()
  expect((await post(mock, '/v1/events', batch({}), {})).status).toBe(404)
  expect((await fetch(`${mock.url}/v1/batch`)).status).toBe(405)
  expect(mock.lost).toEqual([])
})

it('refuses a whole batch for one bad message, without saying which', async () => {
  const mock = await start()
  const answer = await post(mock, '/v1/batch', batch({}, { userId: 8841 }, { event: '' }))
  expect(answer.status).toBe(400)
  expect(JSON.parse(answer.text)).toEqual({ meta: { errors: ['userId must be a string.', 'event is required.'] } })
  expect(mock.accepted).toEqual([])
})

it('loses a whole batch for one bad message without strict mode', async () => {
  const mock = await start()
  await post(mock, '/v1/batch', batch({}, { userId: 8841 }, { event: '' }), {})
  expect(mock.accepted).toEqual([])
  expect(mock.lost.map(({ loss }) => loss)).toEqual([
    'a userId that is not a string',
    'a userId that is not a string',
    'a track without an event',
  ])
})

it('answers 207 by batch_index when told to, and keeps the others', async () => {
  const mock = await start({ partial: 'multi_status' })
  const answer = await post(mock, '/v1/batch', batch({ messageId: 'a' }, { userId: 8841 }, { messageId: 'c' }))
  expect(answer.status).toBe(207)
  expect(JSON.parse(answer.text)).toEqual({
    errors: [{ batch_index: 1, reason: 'invalid', field: 'userId', message: 'userId must be a string.' }],
  })
  expect(mock.accepted.map(({ messageId }) => messageId)).toEqual(['a', 'c'])
  expect((await post(mock, '/v1/track', message({ userId: 8841 }))).status).toBe(400)
})

it('loses the bad message alone without strict mode when told to judge each', async () => {
  const mock = await start({ partial: 'multi_status' })
  expect((await post(mock, '/v1/batch', batch({}, { userId: 8841 }), {})).status).toBe(200)
  expect(mock.accepted).toHaveLength(1)
  expect(mock.lost).toEqual([{ loss: 'a userId that is not a string', message: message({ userId: 8841 }) }])
})

it('takes a message of exactly 32,000 bytes and a body of exactly 500,000', async () => {
  const mock = await start()
  const noteOf = (bytes: number) => ({ note: 'x'.repeat(bytes) })
  const overhead = Buffer.byteLength(JSON.stringify(message({ properties: noteOf(0) })))
  const largest = message({ properties: noteOf(32_000 - overhead) })
  expect((await post(mock, '/v1/track', largest)).status).toBe(200)
  expect((await post(mock, '/v1/track', message({ properties: noteOf(32_001 - overhead) }))).status).toBe(400)

  const body = { batch: Array.from({ length: 15 }, () => largest) }
  const rest = 500_000 - Buffer.byteLength(JSON.stringify({ batch: [...body.batch, message({ properties: noteOf(0) })] }))
  expect((await post(mock, '/v1/batch', { batch: [...body.batch, message({ properties: noteOf(rest) })] })).status).toBe(200)
  expect((await post(mock, '/v1/batch', { batch: [...body.batch, message({ properties: noteOf(rest + 1) })] })).status).toBe(400)
})

it('keeps ids, names and traits of exactly the most bytes', async () => {
  const mock = await start()
  const traits = { ['n'.repeat(150)]: 'x'.repeat(1000) }
  const messages = [
    message({ userId: 'é'.repeat(75), event: 'é'.repeat(50) }),
    { type: 'identify', userId: 'cust_8841', traits },
    { type: 'identify', userId: 'cust_8841', traits: numbered(300) },
  ]
  await post(mock, '/v1/batch', { batch: messages })
  expect(mock.accepted).toEqual(messages)
  expect(mock.lost).toEqual([])
})

it('takes an identify with an empty userId and an email trait', async () => {
  const mock = await start()
  const identify = { type: 'identify', userId: '', traits: { email: 'robin.ashdown@shoppers.example' } }
  expect((await post(mock, '/v1/batch', { batch: [identify] })).status).toBe(200)
})

it('accepts a repeated messageId again, and counts it', async () => {
  const mock = await start()
  await post(mock, '/v1/batch', batch({}, { messageId: 'other' }))
  await post(mock, '/v1/track', message())
  expect(mock.accepted).toHaveLength(3)
  expect(mock.duplicates).toBe(1)
})

it('lets reserved event names take effect', async () => {
  const mock = await start()
  await post(mock, '/v1/batch', batch({ event: 'User Suppressed' }, { messageId: 'lost' }, { userId: 'cust_2' }))
  await post(mock, '/v1/batch', batch({ event: 'User Unsuppressed' }, { messageId: 'kept' }, { event: 'User Deleted' }))
  expect(mock.effects).toEqual([
    { event: 'User Suppressed', subject: 'cust_8841' },
    { event: 'User Unsuppressed', subject: 'cust_8841' },
    { event: 'User Deleted', subject: 'cust_8841' },
  ])
  expect(mock.lost).toMatchObject([{ loss: 'a message of a suppressed person', message: { messageId: 'lost' } }])
  expect(mock.accepted.map(({ event }) => event)).toEqual([
    'User Suppressed',
    'Order Completed',
    'User Unsuppressed',
    'Order Completed',
    'User Deleted',
  ])
})

it.each([
  ['a message of a person whose id has more than 150 bytes', { userId: 'é'.repeat(76) }],
  ['an event whose name has more than 100 bytes', { event: 'é'.repeat(51) }],
])('loses %s behind a strict 200', async (loss, overrides) => {
  const mock = await start()
  expect((await post(mock, '/v1/track', message(overrides))).status).toBe(200)
  expect(mock.accepted).toEqual([])
  expect(mock.lost).toEqual([{ loss, message: message(overrides) }])
})

it.each([
  ['a trait whose name has more than 150 bytes', { plan: 'pro', ['n'.repeat(151)]: 1 }, { plan: 'pro' }],
  ['a trait whose value has more than 1,000 bytes', { plan: 'pro', note: 'x'.repeat(1001) }, { plan: 'pro' }],
  ['the traits after the first 300', numbered(301), numbered(300)],
])('loses %s behind a strict 200, and keeps the rest', async (loss, traits, kept) => {
  const mock = await start()
  const identify = { type: 'identify', userId: 'cust_8841' }
  await post(mock, '/v1/batch', { batch: [{ ...identify, traits }] })
  expect(mock.accepted).toEqual([{ ...identify, traits: kept }])
  expect(mock.lost).toEqual([{ loss, message: { ...identify, traits } }])
})

it('forgets everything when cleared', async () => {
  const mock = await start()
  await post(mock, '/v1/batch', batch({ event: 'User Suppressed' }, {}, {}))
  mock.clear()
  expect([mock.requests, mock.accepted, mock.lost, mock.effects, mock.duplicates]).toEqual([[], [], [], [], 0])
  await post(mock, '/v1/track', message())
  expect([mock.accepted.length, mock.duplicates]).toEqual([1, 0])
  expect(mock.peakSockets).toBeGreaterThan(0)
})

it('hands each kept message to onAccepted and keeps none with keepRequests: false', async () => {
  const ids: unknown[] = []
  const mock = await start({ keepRequests: false, onAccepted: ({ messageId }) => ids.push(messageId) })
  await post(mock, '/v1/batch', batch({ messageId: 'a' }, { messageId: 'b' }))
  expect(ids).toEqual(['a', 'b'])
  expect(mock.accepted).toEqual([])
})

function numbered(count: number): Record<string, number> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`trait_${index}`, index]))
}
