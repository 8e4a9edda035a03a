import type { DeliveryResult, ErrorCode, Retry } from '@subtotal-connectors/core'
import { ConnectorError } from '@subtotal-connectors/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AttemptedDelivery } from './decide.ts'
import { decide } from './decide.ts'
import { defaultRetryPolicy } from './retry-policy.ts'

const now = Date.parse('2026-11-20T12:00:00Z')
const hourMs = 3_600_000
const fresh: AttemptedDelivery = {
  dueAt: now - 10,
  attempts: 0,
  unknownOutcomes: 0,
  unreadableAnswers: 0,
  pendingSince: now - 10,
}
const braze = { ...defaultRetryPolicy, maxUnknownOutcomes: 3 }
const half = () => 0.5

function error(code: ErrorCode, status?: number): ConnectorError {
  return new ConnectorError(code, 'The words.', status === undefined ? {} : { status })
}

function retry(reason: Retry['reason'], code: ErrorCode, more: Partial<Retry> = {}): Retry {
  return { status: 'retry', reason, error: error(code, 503), ...more }
}

function decided(
  result: DeliveryResult,
  delivery: Partial<AttemptedDelivery> = {},
  policy = defaultRetryPolicy,
  mayDieOfAge = true,
) {
  return decide(result, { ...fresh, ...delivery }, { now, policy, random: half, mayDieOfAge })
}

describe('final results', () => {
  test('delivered is delivered', () => {
    expect(decided({ status: 'delivered' })).toEqual({ verdict: { status: 'delivered' }, lane: { kind: 'none' } })
  })

  test('skipped keeps its reason', () => {
    expect(decided({ status: 'skipped', reason: 'historical' }).verdict).toEqual({ status: 'skipped', reason: 'historical' })
  })

  test.each<ErrorCode>(['ERR_REJECTED', 'ERR_NO_IDENTIFIER', 'ERR_MAPPING', 'ERR_TOO_LARGE'])(
    'rejected with %s is dead with it',
    (code) => {
      const { verdict, lane } = decided({ status: 'rejected', error: error(code, 400) })
      expect(verdict).toEqual({
        status: 'dead',
        code,
        message: 'The words.',
        failure: { outcome: 'rejected', code, message: 'The words.', status: 400 },
      })
      expect(lane).toEqual({ kind: 'none' })
    },
  )
})

describe('the destination wants to be left alone', () => {
  test.each([
    ['429 without a time', retry('rate_limited', 'ERR_RATE_LIMITED'), 60_000],
    ['429 with a time', retry('rate_limited', 'ERR_RATE_LIMITED', { retryAfterMs: 10_000 }), 10_000],
    ['429 with a time long past', retry('rate_limited', 'ERR_RATE_LIMITED', { retryAfterMs: 0 }), 1_000],
    ['503 with a time', retry('unavailable', 'ERR_UNAVAILABLE', { retryAfterMs: 30_000 }), 30_000],
  ])('%s: no attempt is spent and the lane pauses', (_name, result, wait) => {
    const until = now + wait * 1.05
    const { verdict, lane } = decided(result, { attempts: 50, pendingSince: now - 100 * hourMs })
    expect(verdict).toEqual({ status: 'held', dueAt: until, code: result.error.code, message: 'The words.' })
    expect(lane).toMatchObject({ kind: 'pause', until })
  })

  test('blocked: nothing is spent, nothing dies, its place in the queue is kept', () => {
    const { verdict, lane } = decided(
      { status: 'blocked', error: error('ERR_CREDENTIALS', 401) },
      { pendingSince: now - 100 * hourMs },
    )
    expect(verdict).toMatchObject({ status: 'held', dueAt: fresh.dueAt, code: 'ERR_CREDENTIALS' })
    expect(lane).toMatchObject({ kind: 'block' })
  })

  test('what a stop kept from being sent is held without a trace', () => {
    const { verdict } = decided(retry('network', 'ERR_ABORTED'), { pendingSince: now - 100 * hourMs })
    expect(verdict).toEqual({ status: 'held', dueAt: fresh.dueAt, code: null, message: null })
  })
})

describe('failed attempts', () => {
  test.each([
    ['unavailable', 'ERR_UNAVAILABLE'],
    ['timeout', 'ERR_TIMEOUT'],
    ['network', 'ERR_NETWORK'],
    ['unreadable', 'ERR_UNREADABLE_ANSWER'],
  ] as const)('%s is retried after a backoff and spends an attempt', (reason, code) => {
    const { verdict, lane } = decided(retry(reason, code), { attempts: 1 })
    expect(verdict).toEqual({
      status: 'retry',
      dueAt: now + 15_000 * 0.75,
      failure: { outcome: reason, code, message: 'The words.', status: 503 },
      isUnknown: false,
      isUnreadable: reason === 'unreadable',
    })
    expect(lane).toEqual({ kind: 'none' })
  })

  test('a destination’s own time makes the wait longer, never shorter', () => {
    const long = decided(retry('network', 'ERR_NETWORK', { retryAfterMs: 100_000 })).verdict
    expect(long).toMatchObject({ dueAt: now + 105_000 })
    const short = decided(retry('network', 'ERR_NETWORK', { retryAfterMs: 1 })).verdict
    expect(short).toMatchObject({ dueAt: now + 3_750 })
  })

  test('an unreadable answer is tried once more, then dead', () => {
    const result = retry('unreadable', 'ERR_UNREADABLE_ANSWER')
    expect(decided(result, { unreadableAnswers: 0 }).verdict).toMatchObject({ status: 'retry', isUnreadable: true })
    expect(decided(result, { unreadableAnswers: 1 }).verdict).toMatchObject({ status: 'dead', code: 'ERR_UNREADABLE_ANSWER' })
  })

  test('where repeats are not told apart, an unknown outcome is retried three times, then dead', () => {
    const result = retry('timeout', 'ERR_TIMEOUT', { mayHaveArrived: true })
    for (const unknownOutcomes of [0, 1, 2]) {
      expect(decided(result, { unknownOutcomes }, braze).verdict).toMatchObject({ status: 'retry', isUnknown: true })
    }
    expect(decided(result, { unknownOutcomes: 3 }, braze).verdict).toMatchObject({
      status: 'dead',
      code: 'ERR_OUTCOME_UNKNOWN',
      failure: { outcome: 'timeout', code: 'ERR_TIMEOUT' },
    })
    expect(decided(result, { unknownOutcomes: 1_000 }).verdict).toMatchObject({ status: 'retry' })
  })

  test('an outcome that is known spends none of the unknown ones', () => {
    const result = retry('unavailable', 'ERR_UNAVAILABLE')
    expect(decided(result, { unknownOutcomes: 3 }, braze).verdict).toMatchObject({ status: 'retry', isUnknown: false })
  })

  test('a failed attempt after 72 hours makes a dead letter, one before does not', () => {
    const result = retry('unavailable', 'ERR_UNAVAILABLE')
    expect(decided(result, { pendingSince: now - 72 * hourMs + 1 }).verdict).toMatchObject({ status: 'retry' })
    expect(decided(result, { pendingSince: now - 72 * hourMs }).verdict).toMatchObject({ status: 'dead', code: 'ERR_MAX_AGE' })
  })

  test('nothing dies of age while its lane does not run', () => {
    const old = { pendingSince: now - 1_000 * hourMs, attempts: 100 }
    const { verdict } = decided(retry('unavailable', 'ERR_UNAVAILABLE'), old, defaultRetryPolicy, false)
    expect(verdict).toMatchObject({ status: 'retry', dueAt: now + 0.75 * hourMs })
  })

  test('an attempt that a stop ended midway may have arrived, and counts', () => {
    const { verdict } = decided(retry('network', 'ERR_ABORTED', { mayHaveArrived: true }))
    expect(verdict).toMatchObject({ status: 'retry', isUnknown: true })
  })
})

test('every result leads to one of: done, dead with a reason, or due again within 72 minutes', () => {
  const reasons = fc.constantFrom<Retry['reason']>('rate_limited', 'unavailable', 'timeout', 'network', 'unreadable')
  const codes = fc.constantFrom<ErrorCode>('ERR_RATE_LIMITED', 'ERR_UNAVAILABLE', 'ERR_TIMEOUT', 'ERR_NETWORK', 'ERR_ABORTED')
  const counts = fc.integer({ min: 0, max: 200 })
  const result = fc
    .record({ reason: reasons, code: codes, retryAfterMs: fc.option(fc.integer({ min: 0, max: hourMs })), arrived: fc.boolean() })
    .map(({ reason, code, retryAfterMs, arrived }) =>
      retry(reason, code, { mayHaveArrived: arrived, ...(retryAfterMs === null ? {} : { retryAfterMs }) }),
    )
  const delivery = fc.record({
    attempts: counts,
    unknownOutcomes: counts,
    unreadableAnswers: counts,
    age: fc.integer({ min: 0, max: 200 * hourMs }),
  })
  fc.assert(
    fc.property(result, delivery, fc.double({ min: 0, max: 0.999, noNaN: true }), (given, { age, ...counted }, chance) => {
      const attempted = { ...fresh, ...counted, pendingSince: now - age }
      const { verdict, lane } = decide(given, attempted, { now, policy: braze, random: () => chance, mayDieOfAge: true })
      if (verdict.status === 'dead') expect(verdict.code).toMatch(/^ERR_(UNREADABLE_ANSWER|OUTCOME_UNKNOWN|MAX_AGE)$/)
      else if (verdict.status === 'retry' || verdict.status === 'held')
        expect(verdict.dueAt).toBeLessThanOrEqual(now + 1.2 * hourMs)
      else expect.unreachable(verdict.status)
      if (given.reason === 'rate_limited') expect([verdict.status, lane.kind]).toEqual(['held', 'pause'])
      if (verdict.status === 'retry' && given.retryAfterMs !== undefined)
        expect(verdict.dueAt).toBeGreaterThanOrEqual(now + given.retryAfterMs)
    }),
  )
})
