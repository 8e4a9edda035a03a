import assert from 'node:assert/strict'
import type { ConnectorCase } from '../connector-case.ts'
import { assertStatus } from '../expectations.ts'
import { suiteEvents } from '../suite-events.ts'

const newName = 'Suite purchase, renamed'
const newProperty = 'suite_property_of_a_brand'

/** A new name for one type, and one more property for all. */
export const changingOptions: ConnectorCase = {
  name: 'sends the names and properties that its options ask for',
  why: 'The options events and properties are how a brand gets what its campaigns already expect; ignored, the campaigns see nothing.',
  async run({ mock, connect }) {
    const connector = connect({
      events: { 'purchase.created': newName },
      properties: (event, properties) => ({ ...properties, [newProperty]: event.type }),
    })
    const events = suiteEvents(7)
    assertStatus(events, await connector.deliver(events), 'delivered', 'the options events and properties')
    const kept = JSON.stringify(mock.accepted)
    assert.ok(kept.includes(newName), 'the option events: the new name did not arrive')
    for (const { type } of events) {
      const property = JSON.stringify({ [newProperty]: type }).slice(1, -1)
      assert.ok(kept.includes(property), `the option properties: the property of ${type} did not arrive`)
    }
  },
}
