import assert from 'node:assert/strict'
import type { ConnectorCase } from '../connector-case.ts'
import { assertStatus } from '../expectations.ts'
import { countForThreeRequests, suiteEvent, suiteEvents } from '../suite-events.ts'

const calls = 20
const concurrency = 2

/** Twenty calls at once with two sockets; the mock counts them. */
export const sockets: ConnectorCase = {
  name: 'opens no more sockets than its concurrency, over all calls',
  why: 'The option bounds what a destination and a machine must bear; a bound for each call alone is none.',
  async run({ mock, connect }) {
    const connector = connect({ concurrency })
    const one = (index: number) => [suiteEvent(index)]
    const deliveries = Array.from({ length: calls }, (_, index) => connector.deliver(one(index)))
    for (const [index, results] of (await Promise.all(deliveries)).entries()) {
      assertStatus(one(index), results, 'delivered', `call ${index} of ${calls} at once`)
    }
    const events = suiteEvents(countForThreeRequests(connector.limits), 1_000)
    assertStatus(events, await connector.deliver(events), 'delivered', 'one call of several requests')
    assert.ok(mock.peakSockets <= concurrency, `${mock.peakSockets} sockets at once, concurrency is ${concurrency}`)
  },
}
