import { describe, expect, it } from 'vitest'
import { ConnectorError } from '../errors/connector-error.ts'
import { combineResults } from './combine-results.ts'
import type { Retry } from './delivery-result.ts'

const error = new ConnectorError('ERR_UNAVAILABLE', 'down')
const retry: Retry = { status: 'retry', reason: 'unavailable', error }

describe('an event of several messages', () => {
  it('is delivered when all of them are, with the warnings of all, each once', () => {
    const part = { status: 'delivered', warnings: ['cut'] } as const
    expect(combineResults([part, { status: 'delivered' }, part], ['trimmed'])).toStrictEqual({
      status: 'delivered',
      warnings: ['trimmed', 'cut'],
    })
  })

  it.each([
    ['delivered', { status: 'delivered' } as const],
    ['delivered with warnings', { status: 'delivered', warnings: ['cut'] } as const],
    ['skipped', { status: 'skipped', reason: 'filtered out' } as const],
    ['rejected', { status: 'rejected', error } as const],
    ['to be tried again', { ...retry, retryAfterMs: 5_000 }],
  ])('is, of one message that is %s, what it is of two', (_, part) => {
    for (const warnings of [undefined, [], ['trimmed']]) {
      expect(combineResults([part], warnings)).toStrictEqual(combineResults([part, part], warnings))
    }
  })

  it('is tried again after the longest wait of its messages', () => {
    const results = [retry, { ...retry, retryAfterMs: 5_000 }, { ...retry, retryAfterMs: 7_000 }]
    expect(combineResults(results)).toStrictEqual({ ...retry, retryAfterMs: 7_000 })
  })

  it.each([
    ['was delivered', { status: 'delivered' } as const],
    ['may have arrived', { ...retry, mayHaveArrived: true }],
  ])('may have arrived when one of them %s', (_, other) => {
    expect(combineResults([retry, other])).toStrictEqual({ ...retry, mayHaveArrived: true })
  })

  it('may not have arrived when none of them did', () => {
    expect(combineResults([retry, { status: 'rejected', error }])).toStrictEqual(retry)
  })
})
