import { expect, test } from 'vitest'
import { createVirtualClock } from '../../test/support/virtual-clock.ts'
import type { WebhookResult } from '../observability/relay-events.ts'
import { createRelayEvents } from '../observability/relay-events.ts'
import type { ActivityCount } from '../store/activity-store.ts'
import type { AnswerCounter } from './answer-counter.ts'
import { createAnswerCounter } from './answer-counter.ts'

const start = Date.parse('2026-11-20T12:00:55Z')
const minute = Date.parse('2026-11-20T12:00:00Z')

interface Harness {
  readonly counter: AnswerCounter
  readonly written: readonly (readonly ActivityCount[])[]
  readonly failures: readonly string[]
  answer(result: WebhookResult): void
  pass(ms: number): Promise<void>
  breakStore(isBroken: boolean): void
}

function harness(): Harness {
  const clock = createVirtualClock(start)
  const events = createRelayEvents()
  const written: (readonly ActivityCount[])[] = []
  const failures: string[] = []
  let isBroken = false
  events.on('activity:failed', ({ code }) => void failures.push(code))
  const store = {
    countActivity: async (counts: readonly ActivityCount[]) => {
      if (isBroken) throw Object.assign(new Error('full'), { code: 'SQLITE_FULL' })
      written.push(counts)
    },
  }
  return {
    counter: createAnswerCounter({ store, events, clock }),
    written,
    failures,
    answer: (result) => events.emit('webhook:answered', { result, durationMs: 1 }),
    pass: (ms) => clock.advance(ms),
    breakStore: (next) => {
      isBroken = next
    },
  }
}

test('answers are written down together, by the minute in which they were given', async () => {
  const { answer, pass, written } = harness()
  answer('unauthorized')
  answer('unauthorized')
  await pass(6_000)
  answer('duplicate')
  answer('unauthorized')
  expect(written).toEqual([])
  await pass(4_000)
  expect(written).toEqual([
    [
      { at: minute, kind: 'unauthorized', count: 2 },
      { at: minute + 60_000, kind: 'unauthorized', count: 1 },
      { at: minute + 60_000, kind: 'duplicate', count: 1 },
    ],
  ])
})

test('what is stored is counted by the store itself', async () => {
  const { answer, pass, written } = harness()
  answer('stored')
  await pass(60_000)
  expect(written).toEqual([])
})

test('what the store does not take is kept for the next time', async () => {
  const { answer, pass, written, failures, breakStore } = harness()
  breakStore(true)
  answer('too_large')
  await pass(10_000)
  expect(failures).toEqual(['SQLITE_FULL'])
  breakStore(false)
  answer('too_large')
  await pass(10_000)
  expect(written.flat().reduce((sum, { count }) => sum + count, 0)).toBe(2)
})

test('stopping writes down the rest', async () => {
  const { answer, counter, written } = harness()
  answer('quarantined')
  await counter.stop()
  expect(written).toEqual([[{ at: minute, kind: 'quarantined', count: 1 }]])
  answer('quarantined')
  expect(written).toHaveLength(1)
})
