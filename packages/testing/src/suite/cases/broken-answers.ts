import assert from 'node:assert/strict'
import type { DeliveryResult } from '@subtotal-connectors/core'
import type { Failure } from '../../mock-destination/mock-server.ts'
import type { ConnectorCase } from '../connector-case.ts'
import { deliverThrough } from '../deliver-through.ts'
import { assertNoneClaimed, summaryOf } from '../expectations.ts'
import { suiteEvents } from '../suite-events.ts'

const failures: readonly Failure[] = [
  { kind: 'reset' },
  { kind: 'hang' },
  { kind: 'html' },
  { kind: 'empty' },
  { kind: 'garbage' },
  { kind: 'huge' },
  { kind: 'truncated' },
  { kind: 'wrong_length' },
  { kind: 'gzip' },
  { kind: 'accept_then', failure: 'reset' },
  { kind: 'accept_then', failure: 'hang' },
  { kind: 'accept_then', failure: 'html' },
  { kind: 'accept_then', failure: 'truncated' },
  ...[null, [], 0, 'ok'].map((body): Failure => ({ kind: 'answer', status: 200, body })),
]

const attempts = 5

/** Every way in which a mock can fail, and a destination that is not there. */
export const brokenAnswers: ConnectorCase = {
  name: 'calls nothing delivered that the destination has not taken, whatever the answer',
  why: 'Networks and gateways answer with resets, web pages, halves and nothing. None of it may throw, lose an event, or count as a success.',
  async run(context) {
    const { mock, connect } = context
    const connector = connect()
    const events = suiteEvents(3)
    for (const failure of failures) {
      const situation = JSON.stringify(failure)
      mock.clear()
      mock.fail(failure, { times: Infinity })
      const results = await deliverThrough(context, connector, events, failure)
      assert.equal(results.length, events.length, `${situation}: ${results.length} results for ${events.length} events`)
      assertNoneClaimed(mock, events, results, situation)
      const lost = results.find(({ status }) => status !== 'delivered' && status !== 'retry')
      assert.equal(lost, undefined, `${situation}: expected retry, got ${summaryOf(lost)}`)

      mock.recover()
      await recover(async () => await connector.deliver(suiteEvents(3, 100)), situation)
    }
    await mock.close()
    for (const result of await connect().deliver(events)) {
      assert.equal(summaryOf(result), 'retry network ERR_NETWORK', 'nobody listens')
      assert.ok(!('mayHaveArrived' in result && result.mayHaveArrived), 'nobody listens: nothing may have arrived')
    }
  },
}

/** A connection that the destination ends may cost the next request too, but not every one after it. */
async function recover(deliver: () => Promise<readonly DeliveryResult[]>, situation: string): Promise<void> {
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    if ((await deliver()).every(({ status }) => status === 'delivered')) return
  }
  assert.fail(`${situation}: no delivery any more once the destination is well again`)
}
