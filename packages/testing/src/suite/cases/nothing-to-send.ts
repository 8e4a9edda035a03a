import assert from 'node:assert/strict'
import type { ConnectorCase } from '../connector-case.ts'
import { assertStatus } from '../expectations.ts'
import { suiteEvent, suiteEvents, withoutIdentifiers } from '../suite-events.ts'

/** No events, only skipped ones, and only an event of nobody. */
export const nothingToSend: ConnectorCase = {
  name: 'makes no request when there is nothing to send',
  why: 'A request without events costs a share of the rate limit, and some destinations refuse it.',
  async run({ mock, connect }) {
    const connector = connect({ filter: () => false })
    assert.deepEqual(await connector.deliver([]), [], 'no events: no results')
    assert.deepEqual(connector.plan([]), { requests: [], notSent: [], warnings: [] }, 'no events: an empty plan')
    const events = suiteEvents(7)
    assertStatus(events, await connector.deliver(events), 'skipped', 'every event filtered out')
    const nobody = [withoutIdentifiers(suiteEvent(8))]
    assertStatus(nobody, await connect().deliver(nobody), 'rejected', 'an event of nobody')
    assert.equal(mock.requests.length, 0, 'requests were made all the same')
  },
}
