import { ConnectorError } from '@subtotal-connectors/core'
import { expect, test } from 'vitest'
import { decide } from './decide.ts'
import { defaultRetryPolicy } from './retry-policy.ts'

test('after a replay the waits begin anew, whatever the attempts before it', () => {
  const error = new ConnectorError('ERR_UNAVAILABLE', 'Try later.', { status: 500 })
  const delivery = { dueAt: 0, attempts: 40, earlierAttempts: 40, unknownOutcomes: 0, unreadableAnswers: 0, pendingSince: 0 }
  const context = { now: 0, policy: defaultRetryPolicy, random: () => 0, mayDieOfAge: true }
  const { verdict } = decide({ status: 'retry', reason: 'unavailable', error }, delivery, context)
  expect(verdict).toMatchObject({ status: 'retry', dueAt: defaultRetryPolicy.firstDelayMs / 2 })
})
