import { inspect } from 'node:util'
import type { DeliveryResult } from '@subtotal-connectors/core'
import type { Failure } from '@subtotal-connectors/testing/mocks'
import { brazeRateLimited, makeProfileEvent, revokedBrazeKey } from '@subtotal-connectors/testing/mocks'
import { describe, expect, test } from 'vitest'
import { apiKey, purchases, setUp, summary } from '../test/set-up.ts'

describe('a destination that is not well', () => {
  test.each([401, 403])('%i blocks', async (status) => {
    const { mock, connector } = await setUp()
    mock.fail({ kind: 'answer', status, body: { message: 'Invalid API Key' } })
    expect(summary(await connector.deliver(purchases('a', 'b')))).toStrictEqual([
      'blocked ERR_CREDENTIALS',
      'blocked ERR_CREDENTIALS',
    ])
  })

  test('a wrong key, a missing permission and an ended contract block', async () => {
    const wrongKey = await setUp({ apiKey: revokedBrazeKey })
    const noPermission = await setUp({}, { permissions: ['users.identify'] })
    const ended = await setUp({}, { isAccountActive: false })
    for (const { connector } of [wrongKey, noPermission, ended]) {
      expect(summary(await connector.deliver(purchases('a')))).toStrictEqual(['blocked ERR_CREDENTIALS'])
    }
  })

  test.each<[string, Failure, number]>([
    [
      'X-Ratelimit-Retry-After, over the others',
      {
        kind: 'answer',
        status: 429,
        headers: { 'x-ratelimit-retry-after': '7', 'retry-after': '50', 'x-ratelimit-reset': '90' },
      },
      7_000,
    ],
    [
      'Retry-After, over X-RateLimit-Reset',
      { kind: 'answer', status: 429, headers: { 'retry-after': '50', 'x-ratelimit-reset': '90' } },
      50_000,
    ],
    ['X-RateLimit-Reset as seconds left', { kind: 'answer', status: 429, headers: { 'x-ratelimit-reset': '90' } }, 90_000],
    ['a contract priced by users', brazeRateLimited('mau', 12), 12_000],
    ['more than an hour', { kind: 'answer', status: 429, headers: { 'x-ratelimit-retry-after': '999999' } }, 3_600_000],
  ])('429 says how long to wait: %s', async (_, failure, retryAfterMs) => {
    const { mock, connector } = await setUp()
    mock.fail(failure)
    expect(await connector.deliver(purchases('a'))).toMatchObject([{ status: 'retry', reason: 'rate_limited', retryAfterMs }])
    expect(mock.accepted).toStrictEqual([])
  })

  test('429 says how long to wait: X-RateLimit-Reset as an epoch', async () => {
    const { mock, connector } = await setUp()
    const date = 'Sat, 21 Nov 2026 10:00:00 GMT'
    const reset = String(Date.parse(date) / 1000 + 33)
    mock.fail({ kind: 'answer', status: 429, headers: { date, 'x-ratelimit-reset': reset } })
    expect(await connector.deliver(purchases('a'))).toMatchObject([
      { status: 'retry', reason: 'rate_limited', retryAfterMs: 33_000 },
    ])
  })

  test.each([500, 502, 503, 504])('%i is worth a retry', async (status) => {
    const { mock, connector } = await setUp()
    mock.fail({ kind: 'answer', status })
    expect(summary(await connector.deliver(purchases('a')))).toStrictEqual(['retry ERR_UNAVAILABLE'])
  })

  const unknown: readonly Failure[] = [
    { kind: 'accept_then', failure: 'reset' },
    { kind: 'accept_then', failure: 'html' },
    { kind: 'accept_then', failure: 'truncated' },
    { kind: 'reset' },
    { kind: 'html' },
    { kind: 'empty' },
    { kind: 'garbage' },
    { kind: 'huge' },
    { kind: 'truncated' },
    { kind: 'wrong_length' },
    { kind: 'answer', status: 504 },
    { kind: 'answer', status: 201, body: { message: 'success', errors: ['something failed'] } },
  ]
  test.each(unknown)(
    'after $kind $failure $status the outcome is unknown: to be retried, or given up on demand',
    async (failure) => {
      const retrying = await setUp()
      retrying.mock.fail(failure)
      expect(await retrying.connector.deliver(purchases('a'))).toMatchObject([{ status: 'retry', mayHaveArrived: true }])
      const rejecting = await setUp({ onUnknownOutcome: 'reject' })
      rejecting.mock.fail(failure)
      expect(summary(await rejecting.connector.deliver(purchases('a')))).toStrictEqual(['rejected ERR_OUTCOME_UNKNOWN'])
    },
  )

  test('onUnknownOutcome does not give up what has surely not arrived', async () => {
    const { mock, connector } = await setUp({ onUnknownOutcome: 'reject' })
    mock.fail({ kind: 'answer', status: 503 })
    mock.fail(brazeRateLimited('ordinary', 5))
    expect(summary(await connector.deliver(purchases('a')))).toStrictEqual(['retry ERR_UNAVAILABLE'])
    expect(summary(await connector.deliver(purchases('a')))).toStrictEqual(['retry ERR_RATE_LIMITED'])
  })

  test('a compressed answer is read', async () => {
    const { mock, connector } = await setUp()
    mock.fail({ kind: 'gzip' })
    expect(summary(await connector.deliver(purchases('a')))).toStrictEqual(['delivered'])
  })

  test('a redirect is not followed with the key', async () => {
    const { mock, connector } = await setUp()
    mock.fail({ kind: 'answer', status: 307, headers: { location: `${mock.url}/users/track` } })
    expect(summary(await connector.deliver(purchases('a')))).toStrictEqual(['blocked ERR_REDIRECTED'])
    expect(mock.requests).toHaveLength(1)
  })

  test('a host that is not there is a network error that has not arrived', async () => {
    const { mock, connector } = await setUp()
    await mock.close()
    const [result] = await connector.deliver(purchases('a'))
    expect(result).toMatchObject({ status: 'retry', reason: 'network' })
    expect(result).not.toHaveProperty('mayHaveArrived')
  })
})

describe('secrets', () => {
  const secret = { id: 'customer-4711-secret', email: 'secret.person@shoppers.example', mobile: '+12025550177' }
  const event = makeProfileEvent('profile.created', {
    customer: secret,
    profile: {
      first_name: 'Xanthippe',
      last_name: 'Quillfeather',
      email: 'other.secret@retailer.example',
      mobile: '+12025550178',
    },
  })
  const words = `Bearer ${apiKey} ${apiKey} ${JSON.stringify(event)} ${secret.email.toUpperCase()}`
  const forbidden = [apiKey, secret.id, secret.email, secret.mobile, 'Xanthippe', 'Quillfeather', 'other.secret', '+12025550178']

  const failures: readonly Failure[] = [
    ...[400, 401, 403, 404, 410, 413, 415, 429, 500, 503].flatMap((status): Failure[] => [
      { kind: 'answer', status, body: words },
      { kind: 'answer', status, body: { message: words, errors: [{ type: words, input_array: 'events', index: 0 }, words] } },
    ]),
    { kind: 'answer', status: 201, body: { message: 'success', errors: [words] } },
    { kind: 'answer', status: 201, body: { message: words, events_processed: 0 } },
    { kind: 'answer', status: 201, body: { message: 'success', errors: [{ type: words, input_array: 'attributes', index: 0 }] } },
    { kind: 'reset' },
    { kind: 'garbage' },
  ]
  test.each(failures)('neither the key nor the person is in a result or a check after $kind $status', async (failure) => {
    const { mock, connector } = await setUp({ profiles: 'both' })
    mock.fail(failure, { times: Number.POSITIVE_INFINITY })
    const results = await connector.deliver([event])
    const check = await connector.check()
    expect(results[0]?.status).not.toBe('delivered')
    for (const result of results) expect('error' in result ? result.error.message : '').not.toBe('')
    const told = [results, check].flatMap((value) => [
      JSON.stringify(value),
      inspect(value, { depth: 9, showHidden: true }),
      errorsOf(results),
    ])
    for (const text of told) for (const word of forbidden) expect(text.toLowerCase()).not.toContain(word.toLowerCase())
  })

  function errorsOf(results: readonly DeliveryResult[]): string {
    return results
      .map((result) => ('error' in result ? `${result.error.message}${result.error.stack}${result.error.body}` : ''))
      .join()
  }
})
