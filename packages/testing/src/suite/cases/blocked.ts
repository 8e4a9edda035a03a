import assert from 'node:assert/strict'
import type { ConnectorCase } from '../connector-case.ts'
import { assertStatus } from '../expectations.ts'
import { countForThreeRequests, suiteEvents } from '../suite-events.ts'

/** Answers 401 and 403 to a delivery that needs several requests, one at a time. */
export const blocked: ConnectorCase = {
  name: 'is blocked by a refused key, and sends nothing more in that call',
  why: 'Only a person can mend a key. Events that are rejected for it are lost, and every further request with it is noise, or locks the account.',
  async run({ mock, connect }) {
    const connector = connect({ concurrency: 1 })
    const events = suiteEvents(countForThreeRequests(connector.limits))
    for (const status of [401, 403]) {
      mock.clear()
      mock.fail({ kind: 'answer', status, body: { message: 'no' } }, { times: Infinity })
      assertStatus(events, await connector.deliver(events), 'blocked', `HTTP ${status}`)
      assert.equal(mock.requests.length, 1, `HTTP ${status}: ${mock.requests.length} requests`)
      mock.recover()
    }
    assertStatus(events, await connector.deliver(events), 'delivered', 'the key works again')
  },
}
