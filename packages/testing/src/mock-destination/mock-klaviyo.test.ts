import { expect, it, onTestFinished } from 'vitest'
import { createMockKlaviyo, type MockKlaviyo } from './mock-klaviyo.ts'
import type { MockKlaviyoOptions } from './mock-klaviyo-settings.ts'

const noon = Date.UTC(2026, 10, 20, 12)
const email = 'robin.ashdown@shoppers.example'

async function start(options: MockKlaviyoOptions = {}): Promise<MockKlaviyo> {
  const mock = await createMockKlaviyo({ now: () => noon, ...options })
  onTestFinished(() => mock.close())
  return mock
}

async function request(url: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${url}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization: 'Klaviyo-API-Key pk_test',
      revision: '2026-07-15',
      ...(body !== undefined && { 'content-type': 'application/vnd.api+json' }),
      ...headers,
    },
    ...(body !== undefined && { body: Buffer.from(JSON.stringify(body)) }),
  })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

function attributes(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    metric: { data: { type: 'metric', attributes: { name: 'Purchased at Retailer' } } },
    properties: { purchase_id: 'purchase-1' },
    time: '2026-11-20T10:15:30.987Z',
    unique_id: 'purchase-1',
    ...overrides,
  }
}

function profile(identifiers: Record<string, unknown> = { email }, resource: Record<string, unknown> = {}): unknown {
  return { data: { type: 'profile', attributes: identifiers, ...resource } }
}

function sendEvent(mock: MockKlaviyo, overrides: Record<string, unknown> = {}, headers: Record<string, string> = {}) {
  const body = { data: { type: 'event', attributes: { profile: profile(), ...attributes(overrides) } } }
  return request(mock.url, '/api/events', body, headers)
}

function sendJob(mock: MockKlaviyo, events: readonly Record<string, unknown>[], groupAttributes: Record<string, unknown> = {}) {
  const data = events.map((overrides) => ({
    type: 'event-bulk-create',
    attributes: {
      profile: profile(),
      events: { data: [{ type: 'event', attributes: attributes(overrides) }] },
      ...groupAttributes,
    },
  }))
  const body = { data: { type: 'event-bulk-create-job', attributes: { 'events-bulk-create': { data } } } }
  return request(mock.url, '/api/event-bulk-create-jobs', body)
}

it('keeps an event without the properties that Klaviyo ignores, its time truncated to the second', async () => {
  const mock = await start()
  const properties = { purchase_id: 'purchase-1', tax: 0, brands: [], note: '', retailer: null, extra: { tax: 0 } }
  await sendEvent(mock, { properties, value: 44.64, value_currency: 'USD', backfill: true })
  expect(mock.accepted).toStrictEqual([
    {
      metric: 'Purchased at Retailer',
      uniqueId: 'purchase-1',
      profile: { email },
      properties: { purchase_id: 'purchase-1', brands: [], extra: { tax: 0 } },
      time: '2026-11-20T10:15:30.000Z',
      value: 44.64,
      valueCurrency: 'USD',
      backfill: true,
    },
  ])
})

it('takes the time of receipt when an event has none', async () => {
  const mock = await start()
  await sendEvent(mock, { time: null })
  expect(mock.accepted[0]?.time).toBe('2026-11-20T12:00:00.000Z')
})

it('gives an event without value a value of 0 once its metric had one', async () => {
  const mock = await start()
  await sendEvent(mock, { unique_id: 'purchase-1' })
  await sendEvent(mock, { unique_id: 'purchase-2', value: 44.64 })
  await sendEvent(mock, { unique_id: 'purchase-3' })
  expect(mock.accepted.map((event) => event.value)).toEqual([null, 44.64, 0])
})

it('answers a repeat of profile, metric and unique_id with 202 and ignores it', async () => {
  const mock = await start()
  await sendEvent(mock)
  const answer = await sendEvent(mock, { profile: profile({ email: email.toUpperCase() }), properties: { changed: true } })
  await sendEvent(mock, { profile: profile({ email: 'someone.else@shoppers.example' }) })
  await sendEvent(mock, { metric: { data: { type: 'metric', attributes: { name: 'Connected an Account' } } } })
  expect(answer.status).toBe(202)
  expect(mock.accepted).toHaveLength(3)
  expect(mock.duplicates).toBe(1)
})

it('takes the second of the time for the key when there is no unique_id', async () => {
  const mock = await start()
  await sendEvent(mock, { unique_id: null, time: '2026-11-20T10:15:30.100Z' })
  await sendEvent(mock, { unique_id: null, time: '2026-11-20T10:15:30.900Z' })
  await sendEvent(mock, { unique_id: null, time: '2026-11-20T10:15:31.000Z' })
  expect(mock.accepted).toHaveLength(2)
  expect(mock.duplicates).toBe(1)
})

it('keeps every event of a job, and none when one is bad', async () => {
  const mock = await start()
  expect(await sendJob(mock, [{ unique_id: 'a' }, { unique_id: 'b' }])).toMatchObject({ status: 202, text: '' })
  const refused = await sendJob(mock, [{ unique_id: 'c' }, { unique_id: 'd', value: 'x' }, { unique_id: 'e', time: 'x' }])
  expect(refused.status).toBe(400)
  expect(JSON.parse(refused.text).errors.map((error: { source: unknown }) => error.source)).toEqual([
    { pointer: '/data/attributes/events-bulk-create/data/1/attributes/events/data/0/attributes/value' },
    { pointer: '/data/attributes/events-bulk-create/data/2/attributes/events/data/0/attributes/time' },
  ])
  expect(mock.accepted.map((event) => event.uniqueId)).toEqual(['a', 'b'])
})

it('takes a job of exactly 1,000 events and a body of exactly 5 MB', async () => {
  const mock = await start()
  const padded = (bytes: number) =>
    Array.from({ length: 1000 }, (_, index) => ({
      unique_id: `purchase-${index}`,
      properties: { note: 'x'.repeat(Math.floor(bytes / 1000) + (index < bytes % 1000 ? 1 : 0)) },
    }))
  await sendJob(mock, padded(0))
  const missing = 5_000_000 - Buffer.byteLength(mock.requests[0]?.text ?? '')
  mock.clear()
  expect((await sendJob(mock, padded(missing))).status).toBe(202)
  expect(mock.accepted).toHaveLength(1000)
  expect((await sendJob(mock, padded(missing + 1))).status).toBe(413)
}, 60_000)

it('takes backfill from the event or from its group', async () => {
  const mock = await start()
  await sendJob(mock, [{ unique_id: 'a' }, { unique_id: 'b', backfill: true }])
  await sendJob(mock, [{ unique_id: 'c' }], { backfill: true })
  expect(mock.accepted.map((event) => event.backfill)).toEqual([false, true, true])
})

it('discards repeats inside a job when told to', async () => {
  const mock = await start({ repeatsInJob: 'discard' })
  expect((await sendJob(mock, [{}, {}])).status).toBe(202)
  expect(mock.accepted).toHaveLength(1)
  expect(mock.duplicates).toBe(1)
})

it.each(['example.com', 'test.com'])('loses events of addresses at %s behind a 202', async (domain) => {
  const mock = await start()
  expect((await sendEvent(mock, { profile: profile({ email: `robin@${domain}` }) })).status).toBe(202)
  expect(mock.accepted).toEqual([])
  expect(mock.lost).toMatchObject([{ loss: 'an address at a test domain', event: { uniqueId: 'purchase-1' } }])
})

it('loses an event whose profile id is nobody’s', async () => {
  const mock = await start({ profileIds: ['01GDDKASAP8TKDDA2GRZDSVP4H'] })
  await sendEvent(mock, { unique_id: 'a', profile: profile({ email }, { id: '01GDDKASAP8TKDDA2GRZDSVP4H' }) })
  await sendEvent(mock, { unique_id: 'b', profile: profile({ email }, { id: 'wrong' }) })
  expect(mock.accepted.map((event) => event.uniqueId)).toEqual(['a'])
  expect(mock.lost).toMatchObject([{ loss: 'a profile id that is nobody’s', event: { uniqueId: 'b' } }])
})

it.each([
  ['more than 400 properties', { properties: Object.fromEntries(Array.from({ length: 401 }, (_, index) => [`p${index}`, 1])) }],
  ['a string of more than 100 KB', { properties: { note: 'x'.repeat(100_001) } }],
  ['an array of more than 4,000 items', { properties: { upcs: Array.from({ length: 4001 }, () => '1') } }],
])('loses an event with %s behind a 202', async (name, overrides) => {
  const mock = await start()
  expect((await sendEvent(mock, overrides)).status).toBe(202)
  expect(mock.accepted).toEqual([])
  expect(mock.lost).toMatchObject([{ loss: name }])
})

it.each([
  ['400 properties', { properties: Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`p${index}`, 1])) }],
  ['100 KB in a string', { properties: { note: 'x'.repeat(100_000) } }],
  ['4,000 items', { properties: { upcs: Array.from({ length: 4000 }, () => '1') } }],
  ['a metric name of 127 characters', { metric: { data: { type: 'metric', attributes: { name: 'm'.repeat(127) } } } }],
  ['a unique_id of 255 characters', { unique_id: 'u'.repeat(255) }],
  ['the start of 1990', { time: '1990-01-01T00:00:00Z' }],
  ['a year ahead', { time: '2027-11-20T12:00:00Z' }],
  ['an email of 100 characters', { profile: profile({ email: `${'r'.repeat(83)}@shoppers.example` }) }],
])('keeps an event with exactly %s', async (_, overrides) => {
  const mock = await start()
  await sendEvent(mock, overrides)
  expect(mock.accepted).toHaveLength(1)
})

it('ignores a malformed phone number next to a right email, and says so in a header', async () => {
  const mock = await start()
  const answer = await sendEvent(mock, { profile: profile({ email, phone_number: '555-0142' }) })
  expect(answer.status).toBe(202)
  expect(answer.headers.get('x-klaviyo-partial-failure')).toBe('phone_number')
  expect(mock.accepted[0]?.profile).toStrictEqual({ email })
})

it('takes a phone number alone, as an account with SMS does', async () => {
  const mock = await start()
  expect((await sendEvent(mock, { profile: profile({ phone_number: '+12025550142' }) })).status).toBe(202)
  expect(mock.accepted[0]?.profile).toStrictEqual({ phone_number: '+12025550142' })
})

it('falls forward from a retired revision to the oldest that lives', async () => {
  const mock = await start()
  const headers = { revision: '2024-10-15' }
  expect((await sendEvent(mock, {}, headers)).status).toBe(202)
  expect((await sendEvent(mock, { backfill: true }, headers)).status).toBe(400)
  expect((await sendEvent(mock, { time: '1995-01-01T00:00:00Z' }, headers)).status).toBe(400)
  expect((await sendEvent(mock, { time: '1995-01-01T00:00:00Z', unique_id: 'old' })).status).toBe(202)
})

it('answers a wrong key 400 when told to, with an authentication code and no pointer', async () => {
  const mock = await start({ apiKey: 'pk_right', authenticationStatus: 400 })
  const answer = await sendEvent(mock)
  expect(answer.status).toBe(400)
  expect(JSON.parse(answer.text).errors).toMatchObject([{ status: 400, code: 'not_authenticated', source: {} }])
  expect((await sendEvent(mock, {}, { authorization: 'Klaviyo-API-Key pk_right' })).status).toBe(202)
})

it('gives the account of the key', async () => {
  const mock = await start()
  const answer = await request(mock.url, '/api/accounts?fields[account]=timezone')
  expect(answer.status).toBe(200)
  expect(JSON.parse(answer.text)).toMatchObject({ data: [{ type: 'account', attributes: { test_account: true } }] })
})

it('refuses to give the account to a key without accounts:read', async () => {
  const mock = await start({ scopes: ['events:write'] })
  expect((await request(mock.url, '/api/accounts')).status).toBe(403)
})

it('tells of the steady window in headers, and does not limit unless told to', async () => {
  const mock = await start({ now: () => noon + 15_000 })
  await request(mock.url, '/api/accounts')
  const answer = await request(mock.url, '/api/accounts')
  expect(answer.status).toBe(200)
  expect(answer.headers.get('ratelimit-limit')).toBe('15')
  expect(answer.headers.get('ratelimit-remaining')).toBe('13')
  expect(answer.headers.get('ratelimit-reset')).toBe('45')
  expect(answer.headers.get('retry-after')).toBeNull()
})

it('answers 429 over a limit when told to, with Retry-After in place of the other headers', async () => {
  let nowMs = noon + 15_000
  const mock = await start({ rateLimits: true, now: () => nowMs })
  expect((await request(mock.url, '/api/accounts')).status).toBe(200)
  const burst = await request(mock.url, '/api/accounts')
  expect(burst.status).toBe(429)
  expect(burst.headers.get('retry-after')).toBe('1')
  expect(burst.headers.get('ratelimit-limit')).toBeNull()
  for (let count = 0; count < 13; count += 1) {
    nowMs += 1000
    expect((await request(mock.url, '/api/accounts')).status).toBe(200)
  }
  nowMs += 1000
  expect((await request(mock.url, '/api/accounts')).headers.get('retry-after')).toBe('31')
  nowMs += 31_000
  expect((await request(mock.url, '/api/accounts')).status).toBe(200)
})

it('accepts an event whose answer is lost, and knows its repeat', async () => {
  const mock = await start()
  mock.fail({ kind: 'accept_then', failure: 'reset' })
  await expect(sendEvent(mock)).rejects.toThrow('fetch failed')
  expect((await sendEvent(mock)).status).toBe(202)
  expect(mock.accepted).toHaveLength(1)
  expect(mock.duplicates).toBe(1)
})

it('forgets everything when cleared', async () => {
  const mock = await start()
  await sendEvent(mock)
  await sendEvent(mock)
  await sendEvent(mock, { profile: profile({ email: 'robin@example.com' }) })
  mock.clear()
  expect([mock.requests, mock.accepted, mock.lost, mock.duplicates]).toEqual([[], [], [], 0])
  await sendEvent(mock)
  expect(mock.accepted).toHaveLength(1)
  expect(mock.peakSockets).toBeGreaterThan(0)
})

it('hands each kept event to onAccepted and keeps none with keepRequests: false', async () => {
  const ids: (string | null)[] = []
  const mock = await start({ keepRequests: false, onAccepted: ({ uniqueId }) => ids.push(uniqueId) })
  await sendJob(mock, [{ unique_id: 'a' }, { unique_id: 'b' }])
  await sendEvent(mock, { unique_id: 'b' })
  expect(ids).toEqual(['a', 'b'])
  expect(mock.accepted).toEqual([])
})
