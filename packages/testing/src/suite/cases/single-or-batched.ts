import assert from 'node:assert/strict'
import type { DeliveryResult } from '@subtotal-connectors/core'
import type { ConnectorCase } from '../connector-case.ts'
import { summaryOf } from '../expectations.ts'
import { refuseEvent, suiteEvent, suiteEvents, withoutIdentifiers } from '../suite-events.ts'

/** Delivers seventeen events one by one, then together. */
export const singleOrBatched: ConnectorCase = {
  name: 'delivers the same alone and in a batch',
  why: 'How many events come together is chance; what arrives, and what is reported, must not depend on it.',
  async run({ mock, connect }) {
    const connector = connect()
    const refused = suiteEvent(20)
    const events = [...suiteEvents(14), refused, withoutIdentifiers(suiteEvent(21)), suiteEvent(22)]

    refuseEvent(mock, refused)
    const singly: DeliveryResult[] = []
    for (const event of events) singly.push(...(await connector.deliver([event])))
    const keptSingly = kept(mock.accepted)

    mock.clear()
    refuseEvent(mock, refused)
    const together = await connector.deliver(events)
    assert.deepEqual(together.map(outcomeOf), singly.map(outcomeOf), 'the results differ')
    assert.deepEqual(kept(mock.accepted), keptSingly, 'what the destination has kept differs')
  },
}

function outcomeOf(result: DeliveryResult): unknown {
  return [summaryOf(result), result.status === 'delivered' ? (result.warnings ?? []) : []]
}

function kept(accepted: readonly unknown[]): readonly string[] {
  return accepted.map((one) => JSON.stringify(one)).toSorted()
}
