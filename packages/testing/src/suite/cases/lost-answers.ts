import assert from 'node:assert/strict'
import type { Failure } from '../../mock-destination/mock-server.ts'
import type { ConnectorCase } from '../connector-case.ts'
import { deliverThrough } from '../deliver-through.ts'
import { assertNoneClaimed, summaryOf } from '../expectations.ts'
import { acceptedNumbers, numberOf, suiteEvents } from '../suite-events.ts'

const failures: readonly (Failure & { readonly kind: 'accept_then' })[] = [
  { kind: 'accept_then', failure: 'reset' },
  { kind: 'accept_then', failure: 'hang' },
  { kind: 'accept_then', failure: 'html' },
  { kind: 'accept_then', failure: 'truncated' },
]

/** The destination takes the events and its answer does not come, or not whole. */
export const lostAnswers: ConnectorCase = {
  name: 'says that an event may have arrived when its answer is lost',
  why: 'Where the destination does not ignore repeats, another attempt may make a duplicate; the relay limits those attempts, and must know.',
  async run(context) {
    const { mock, connect } = context
    const events = suiteEvents(3)
    for (const failure of failures) {
      const situation = `taken, then ${failure.failure}`
      mock.clear()
      mock.recover()
      mock.fail(failure, { times: Infinity })
      const results = await deliverThrough(context, connect(), events, failure)
      assertNoneClaimed(mock, events, results, situation)
      const accepted = acceptedNumbers(mock)
      // A status alone may say enough; without any answer nothing does.
      const hasAnswer = failure.failure === 'html' || failure.failure === 'truncated'
      for (const [index, event] of events.entries()) {
        const result = results[index]
        if (!accepted.has(numberOf(event)) || (hasAnswer && result?.status === 'delivered')) continue
        assert.equal(result?.status, 'retry', `${situation}: event ${index} is ${summaryOf(result)}`)
        assert.ok(result.mayHaveArrived === true, `${situation}: event ${index} lacks mayHaveArrived`)
      }
    }
  },
}
