import { describe, expect, it } from 'vitest'
import type { Answer } from '../http/http-client.ts'
import { readAnswer } from './answer-results.ts'
import type { DestinationApi } from './connector-definition.ts'

const api: DestinationApi<string> = {
  title: 'Shop',
  origin: 'https://shop.example',
  headers: {},
  credentials: {},
  limits: { maxMessagesPerRequest: 9, maxBytesPerRequest: 9_999, requestRates: [], deduplicates: 'no' },
  toRequest: (messages) => ({ path: '/', body: messages }),
  mapResponse: ({ status }, messages) => (status < 300 ? messages.map(() => ({ status: 'delivered' })) : undefined),
  retryAfterHeaders: { wait: ['x-wait'], reset: ['x-reset'] },
}

const now = Date.parse('2026-11-20T10:00:00Z')

function answer(status: number, headers: Record<string, string> = {}, isWhole = true): Answer {
  return { kind: 'answer', isWhole, response: { status, headers, json: undefined, text: '' } }
}

describe('an answer', () => {
  it.each([200, 202, 204, 207])('of %i whose body broke off has accounted for nothing', (status) => {
    expect(readAnswer(api, answer(status), ['a', 'b'], now)).toStrictEqual([{ status: 'delivered' }, { status: 'delivered' }])
    expect(readAnswer(api, answer(status, {}, false), ['a'], now)).toMatchObject([
      { status: 'retry', reason: 'unreadable', mayHaveArrived: true, error: { code: 'ERR_UNREADABLE_ANSWER', status } },
    ])
  })

  it('of 429 is obeyed also when its body broke off', () => {
    expect(readAnswer(api, answer(429, { 'retry-after': '7' }, false), ['a'], now)).toMatchObject([
      { status: 'retry', reason: 'rate_limited', retryAfterMs: 7_000 },
    ])
  })

  it('of 429 with a date and no date of its own is measured by the clock that is given', () => {
    const headers = { 'retry-after': 'Fri, 20 Nov 2026 10:00:30 GMT' }
    expect(readAnswer(api, answer(429, headers), ['a'], now)).toMatchObject([{ retryAfterMs: 30_000 }])
    expect(readAnswer(api, answer(429, headers), ['a'], now + 10_000)).toMatchObject([{ retryAfterMs: 20_000 }])
  })

  it.each([500, 503, 504, 408])('of %i is not a reason to wait for the end of the window that its headers tell', (status) => {
    const [result] = readAnswer(api, answer(status, { 'x-reset': '3000' }), ['a'], now)
    expect(result).toMatchObject({ status: 'retry', reason: 'unavailable' })
    expect(result).not.toHaveProperty('retryAfterMs')
    expect(readAnswer(api, answer(429, { 'x-reset': '3000' }), ['a'], now)).toMatchObject([{ retryAfterMs: 3_000_000 }])
    expect(readAnswer(api, answer(status, { 'x-wait': '3', 'x-reset': '3000' }), ['a'], now)).toMatchObject([
      { retryAfterMs: 3_000 },
    ])
  })

  it.each([504, 524])('of %i comes from a gateway that had passed the request on', (status) => {
    expect(readAnswer(api, answer(status), ['a'], now)).toMatchObject([{ reason: 'unavailable', mayHaveArrived: true }])
  })
})

it.each([402, 421, 426, 431, 451])('an answer of %i is not the fault of any event', (status) => {
  expect(readAnswer(api, answer(status), ['a', 'b'], now)).toMatchObject([{ status: 'blocked' }, { status: 'blocked' }])
})
