import assert from 'node:assert/strict'
import type { ConnectorCase } from '../connector-case.ts'
import { assertStatus, summaryOf } from '../expectations.ts'
import { suiteEvents } from '../suite-events.ts'

/** Answers 500, 502 and 503 with different bodies. */
export const unavailable: ConnectorCase = {
  name: 'keeps events for later when the destination is not available',
  why: 'A destination that is down says nothing about the events: rejecting them would lose them, and calling the key wrong would stop the lane.',
  async run({ mock, connect }) {
    const connector = connect()
    const events = suiteEvents(3)
    for (const status of [500, 502, 503]) {
      for (const body of ['', '<html><body>Bad gateway</body></html>', { message: 'Internal error' }]) {
        mock.clear()
        mock.fail({ kind: 'answer', status, headers: { 'retry-after': '3' }, body }, { times: Infinity })
        const results = await connector.deliver(events)
        assertStatus(events, results, 'retry', `HTTP ${status}`)
        for (const result of results) {
          assert.equal(summaryOf(result), 'retry unavailable ERR_UNAVAILABLE', `HTTP ${status}`)
          assert.equal(result.status === 'retry' && result.retryAfterMs, 3_000, `HTTP ${status} with Retry-After: 3`)
        }
        mock.recover()
      }
    }
    assertStatus(events, await connector.deliver(events), 'delivered', 'the destination is back')
  },
}
