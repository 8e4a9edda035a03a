import assert from 'node:assert/strict'
import type { ConnectorCase } from '../connector-case.ts'
import { assertStatuses, summaryOf } from '../expectations.ts'
import { suiteEvent, withoutIdentifiers } from '../suite-events.ts'

/** Customers without anything usable, one of them with a profile that has an email. */
export const noIdentifier: ConnectorCase = {
  name: 'rejects an event of nobody by its own code, and never takes the profile’s email for the customer’s',
  why: 'The relay waits for the identifier of exactly these events. The email of an account at a retailer is another person’s often enough.',
  async run({ mock, connect }) {
    const nobodys = [suiteEvent(1), suiteEvent(2, 'account.connected'), suiteEvent(3, 'profile.created')].map(withoutIdentifiers)
    const blank = { ...suiteEvent(4), customer: { id: ' ', email: '', mobile: 'unknown' } }
    const connector = connect()
    const results = await connector.deliver([...nobodys, blank, suiteEvent(5)])
    assertStatuses(
      results,
      ['rejected', 'rejected', 'rejected', 'rejected', 'delivered'],
      'events of nobody before one of somebody',
    )
    for (const result of results.slice(0, -1)) assert.equal(summaryOf(result), 'rejected ERR_NO_IDENTIFIER')
    assert.equal(mock.accepted.length, 1, 'something else arrived')
  },
}
