import { inspect } from 'node:util'
import type { Failure } from '@subtotal-connectors/testing/mocks'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { apiKey, errorOf, startSubtotal } from '../test/subtotal.ts'
import { createSubtotalApi } from './create-subtotal-api.ts'
import type { SubtotalApi } from './subtotal-api.ts'

const answer = (status: number, body?: unknown, headers = {}): Failure => ({ kind: 'answer', status, body, headers })

describe('a call that fails', () => {
  it.each<[string, Failure, object]>([
    ['401', answer(401), { code: 'ERR_SUBTOTAL_CREDENTIALS', isRetryable: false, status: 401 }],
    ['403', answer(403, { detail: 'insufficient_scope' }), { code: 'ERR_SUBTOTAL_SCOPE', isRetryable: false }],
    ['404', answer(404), { code: 'ERR_SUBTOTAL_NOT_FOUND', isRetryable: false }],
    [
      '422',
      answer(422, { detail: [{ loc: ['query', 'customer_id'], msg: 'Field required', type: 'missing' }] }),
      { code: 'ERR_SUBTOTAL_REFUSED', fields: ['customer_id'], isRetryable: false },
    ],
    ['409', answer(409), { code: 'ERR_SUBTOTAL_REFUSED' }],
    [
      '429',
      answer(429, '', { 'retry-after': '7' }),
      { code: 'ERR_SUBTOTAL_RATE_LIMITED', retryAfterMs: 7_000, isRetryable: true },
    ],
    ['500', answer(500), { code: 'ERR_SUBTOTAL_UNAVAILABLE', isRetryable: true }],
    ['a redirect', answer(302, '', { location: 'https://elsewhere.example' }), { code: 'ERR_REDIRECTED', isRetryable: false }],
    ['a reset', { kind: 'reset' }, { code: 'ERR_SUBTOTAL_UNAVAILABLE', isRetryable: true }],
    ['a web page', { kind: 'html' }, { code: 'ERR_SUBTOTAL_UNREADABLE', isRetryable: true }],
    ['no body', { kind: 'empty' }, { code: 'ERR_SUBTOTAL_UNREADABLE', isRetryable: true }],
    ['garbage', { kind: 'garbage' }, { code: 'ERR_SUBTOTAL_UNREADABLE', isRetryable: true }],
    ['a body cut short', { kind: 'truncated' }, { code: 'ERR_SUBTOTAL_UNREADABLE', isRetryable: true }],
    ['10 MB', { kind: 'huge' }, { code: 'ERR_SUBTOTAL_UNREADABLE' }],
    ['a list', answer(200, []), { code: 'ERR_SUBTOTAL_UNREADABLE', isRetryable: false, fields: [] }],
    ['another object', answer(200, { people: [] }), { code: 'ERR_SUBTOTAL_UNREADABLE', fields: ['connections'] }],
  ])('with %s says so', async (_, failure, expected) => {
    const { api, mock } = await startSubtotal({ retries: 0 })
    mock.fail(failure)
    expect(await errorOf(api.connections.list({ customerId: 'customer-1' }))).toMatchObject(expected)
  })

  it('after no answer in time says so', async () => {
    const { api, mock } = await startSubtotal({ retries: 0, timeoutMs: 50 })
    mock.fail({ kind: 'hang' })
    expect(await errorOf(api.retailers.list())).toMatchObject({ code: 'ERR_SUBTOTAL_UNAVAILABLE', isRetryable: true })
  })

  it('at a port where nobody listens says so', async () => {
    const api = createSubtotalApi({ apiKey, baseUrl: 'http://127.0.0.1:9', retries: 0 })
    const error = await errorOf(api.retailers.list())
    expect(error).toMatchObject({ code: 'ERR_SUBTOTAL_UNAVAILABLE', mayHaveArrived: false })
    expect(error.message).toBe('retailers.list: Subtotal could not be reached: ECONNREFUSED.')
    api.close()
  })

  it('with a revoked key, a missing scope and an unknown connection says what to do', async () => {
    const { api, mock } = await startSubtotal({}, { scopes: ['connections:read'] })
    expect((await errorOf(api.webhooks.list())).message).toBe(
      'webhooks.list: Subtotal does not allow this with the API key or token (HTTP 403): a scope is missing. Use a key that may do it.',
    )
    expect((await errorOf(api.purchases.list('C1'))).message).toBe(
      'connections.createToken: Subtotal knows no such connection on this account (HTTP 404).',
    )
    mock.revokeKey()
    expect((await errorOf(api.connections.get('C1'))).message).toBe(
      'connections.get: Subtotal refused the API key (HTTP 401): it is wrong or revoked. Use a key that is in use.',
    )
  })
})

describe('a read', () => {
  it('is repeated after failures that may pass, and not without end', async () => {
    const { api, mock, clock } = await startSubtotal({ retries: 2 })
    mock.fail(answer(500))
    mock.fail({ kind: 'reset' })
    expect(await api.retailers.list()).toHaveLength(5)
    expect(mock.requests).toHaveLength(3)
    const [first = 0, second = 0] = clock.waits.filter((ms) => ms >= 250)
    expect(first).toBeLessThanOrEqual(500)
    expect(second).toBeGreaterThanOrEqual(500)
    mock.fail(answer(503), { times: 3 })
    expect(await errorOf(api.retailers.list())).toMatchObject({ status: 503 })
    expect(mock.requests).toHaveLength(6)
  })

  it('is not repeated after one that will not pass, nor is a write', async () => {
    const { api, mock } = await startSubtotal()
    mock.fail(answer(403))
    await errorOf(api.retailers.list())
    mock.fail(answer(503))
    await errorOf(api.connections.create({ customerId: 'c', retailer: 'walmart' }))
    expect(mock.requests).toHaveLength(2)
  })

  it('waits as long as Retry-After asks, and every other call with it', async () => {
    const { api, mock, clock } = await startSubtotal()
    mock.fail(answer(429, '', { 'retry-after': '7' }))
    await api.retailers.list()
    expect(Math.max(...clock.waits)).toBeGreaterThanOrEqual(7_000)
  })

  it('rejects when that is longer than the client waits, and so does the next one without asking', async () => {
    const { api, mock, clock } = await startSubtotal()
    mock.fail(answer(429, '', { 'retry-after': '90' }))
    expect(await errorOf(api.retailers.list())).toMatchObject({ retryAfterMs: 90_000, status: 429 })
    expect(await errorOf(api.retailers.list())).toMatchObject({ code: 'ERR_SUBTOTAL_RATE_LIMITED' })
    expect(mock.requests).toHaveLength(1)
    clock.advance(91_000)
    await api.retailers.list()
    expect(mock.requests).toHaveLength(2)
  })

  it('keeps to the requests a second', async () => {
    const { api, mock, clock } = await startSubtotal({ requestsPerSecond: 4 })
    await Promise.all(Array.from({ length: 9 }, () => api.retailers.list()))
    expect(mock.requests).toHaveLength(9)
    expect(clock.elapsed()).toBeGreaterThanOrEqual(2_000)
  })

  it('keeps to the requests at once', async () => {
    const { api, mock } = await startSubtotal({ concurrency: 2 })
    await Promise.all(Array.from({ length: 12 }, () => api.retailers.list()))
    expect(mock.peakSockets).toBeLessThanOrEqual(2)
  })
})

describe('an aborted call', () => {
  it('rejects at once, whatever it waits for', async () => {
    const { api, mock } = await startSubtotal({ concurrency: 1 })
    mock.fail({ kind: 'hang' })
    const [hanging, queued] = [new AbortController(), new AbortController()]
    const calls = [api.retailers.list({ signal: hanging.signal }), api.retailers.list({ signal: queued.signal })].map(errorOf)
    queued.abort()
    expect(await calls[1]).toMatchObject({ code: 'ERR_ABORTED' })
    hanging.abort()
    expect(await calls[0]).toMatchObject({ code: 'ERR_ABORTED' })
    expect(await errorOf(api.retailers.list({ signal: AbortSignal.abort() }))).toMatchObject({ code: 'ERR_ABORTED' })
  })

  it('is what every call is after close', async () => {
    const { api, mock } = await startSubtotal()
    mock.fail({ kind: 'hang' })
    const call = errorOf(api.retailers.list())
    api.close()
    expect(await call).toMatchObject({ code: 'ERR_ABORTED' })
  })
})

describe('arguments and options that cannot work', () => {
  const api = createSubtotalApi({ apiKey, baseUrl: 'http://127.0.0.1:9' })
  const webhook = { name: 'n', url: 'https://a.example', eventTypes: ['purchase.created'] }
  const connection = { customerId: 'c', retailer: 'walmart' }

  it.each<[string, (client: SubtotalApi) => Promise<unknown>]>([
    ['"id"', ({ connections }) => connections.get('../webhooks')],
    ['"id"', ({ webhooks }) => webhooks.delete('')],
    ['"customerId"', ({ connections }) => connections.list({ customerId: '' })],
    ['"customerId"', ({ connections }) => connections.create({ ...connection, customerId: 'x'.repeat(65) })],
    ['"retailer"', ({ connections }) => connections.create({ ...connection, retailer: 'x'.repeat(27) })],
    ['"email"', ({ connections }) => connections.create({ ...connection, email: `${'x'.repeat(60)}@a.example` })],
    ['"mobile"', ({ connections }) => connections.create({ ...connection, mobile: '+12345678901234567' })],
    ['nothing to change', ({ connections }) => connections.update('C1', {})],
    ['"url": must be https', ({ webhooks }) => webhooks.create({ ...webhook, url: 'http://a.example' })],
    ['"url": must not hold credentials', ({ webhooks }) => webhooks.create({ ...webhook, url: 'https://a:b@c.example' })],
    ['"eventTypes"', ({ webhooks }) => webhooks.create({ ...webhook, eventTypes: [] })],
    ['"purchaseDateStart"', ({ webhooks }) => webhooks.create({ ...webhook, purchaseDateStart: '2026-02-30' })],
    ['nothing to change', ({ webhooks }) => webhooks.update('W1', {})],
    ['"limit": must be 1 to 50', ({ purchases }) => purchases.list('C1', { limit: 51 })],
    ['"startingAfter"', ({ purchases }) => purchases.list('C1', { startingAfter: 'a b' })],
    ['"connectionId"', ({ purchases }) => purchases.get('P1', { connectionId: '' })],
    ['"status"', ({ simulated }) => Reflect.apply(simulated.setStatus, simulated, ['C1', 'disconnected'])],
    ['unknown option "colour"', ({ webhooks }) => Reflect.apply(webhooks.create, webhooks, [{ ...webhook, colour: 1 }])],
  ])('%s is named, and nothing is sent', async (named, call) => {
    const error = await errorOf(call(api))
    expect(error).toMatchObject({ code: 'ERR_OPTIONS' })
    expect(error.message).toContain(named)
  })

  it.each<[string, object]>([
    ['"apiKey" and "accessToken"', {}],
    ['"apiKey" and "accessToken"', { apiKey, accessToken: 't' }],
    ['"apiKey"', { apiKey: 'two words' }],
    ['"baseUrl": must be https', { apiKey, baseUrl: 'http://api.example.com' }],
    ['"baseUrl"', { apiKey, baseUrl: 'https://api.example.com/v1' }],
    ['"requestsPerSecond"', { apiKey, requestsPerSecond: 0 }],
    ['"retries"', { apiKey, retries: -1 }],
    ['unknown option "key"', { apiKey, key: 1 }],
  ])('the option %s is named', (named, options) => {
    expect(() => createSubtotalApi(options)).toThrow(named)
  })
})

it('no error shows the key, a token or what is known of a person, whatever Subtotal answers', async () => {
  const { api, mock } = await startSubtotal({ retries: 0 })
  const known = mock.link({ customerId: 'customer-1' })
  const words = fc.stringMatching(/^[a-z]{6,12}$/)
  const person = fc.record({
    customerId: words.map((word) => `id-${word}`),
    email: words.map((word) => `${word}@shoppers.example`),
    mobile: fc.integer({ min: 1_000_000, max: 9_999_999 }).map((number) => `+1202${number}`),
  })
  const status = fc.constantFrom(200, 201, 400, 401, 403, 404, 409, 422, 429, 500)
  await fc.assert(
    fc.asyncProperty(person, status, fc.boolean(), async ({ customerId, email, mobile }, code, isJson) => {
      mock.disturb(({ headers, path, text }) => {
        const token = headers['authorization'] ?? ''
        const echo = `${headers['x-api-key']} ${token} ${path} ${text} ${customerId} ${email} ${mobile}`
        return path.endsWith('/token')
          ? undefined
          : { status: code, body: isJson ? { detail: [{ loc: ['body', email], msg: echo }], [email]: echo } : echo }
      })
      const connection = { customerId, email, mobile, retailer: 'walmart' }
      const errors = [
        await errorOf(api.connections.create(connection)),
        await errorOf(api.connections.list({ customerId })),
        await errorOf(api.connections.update('C1', { customerId, email, mobile })),
        await errorOf(api.purchases.get('P1', { connectionId: known.id })),
      ]
      for (const error of errors) {
        const shown = `${error.message} ${error.stack} ${JSON.stringify(error)} ${inspect(error, { depth: 9, showHidden: true })}`
        for (const value of [apiKey, customerId, email, mobile, 'eyJ']) expect(shown).not.toContain(value)
      }
    }),
    { numRuns: 60 },
  )
}, 60_000)
