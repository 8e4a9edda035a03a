import { expect, test } from 'vitest'
import { createSendTally } from './send-tally.ts'

test('answers are counted by kind, with what to do about the refused ones', () => {
  const tally = createSendTally()
  tally.add({ kind: 'answered', status: 202, result: 'stored', durationMs: 2 })
  tally.add({ kind: 'answered', status: 202, result: 'stored', durationMs: 4 })
  tally.add({ kind: 'answered', status: 202, result: 'duplicate', durationMs: 6 })
  tally.add({ kind: 'answered', status: 401, result: 'no result', durationMs: 1 })
  tally.add({ kind: 'unanswered', reason: 'nothing listens there', durationMs: 9 })
  expect(tally.sent).toBe(5)
  expect(tally.failed).toBe(2)
  expect(tally.summary(2000)).toMatchInlineSnapshot(`
    "Sent 5 in 2.0 s (2.5/s); median answer 4.0 ms, slowest 9.0 ms.
      2 stored
      1 duplicate
      1 refused with 401: the signature or its time was not accepted: is SUBTOTAL_SIGNING_SECRET the one of the relay?
      1 without an answer: nothing listens there
    "
  `)
})

test('a summary of nothing is no crash', () => {
  expect(createSendTally().summary(0)).toContain('Sent 0')
})
