import assert from 'node:assert/strict'
import type { ConnectorCase } from '../connector-case.ts'
import { assertStatus } from '../expectations.ts'
import { suiteEvents } from '../suite-events.ts'

/** Delivers events that cannot be changed. */
export const inputUnchanged: ConnectorCase = {
  name: 'leaves the events as they are',
  why: 'The same event object goes to other destinations and is stored again; here it is frozen, so that a change shows.',
  async run({ connect }) {
    const connector = connect()
    const events = deepFreeze(suiteEvents(14))
    assert.deepEqual(connector.plan(events).notSent, [], 'the plan of frozen events')
    assertStatus(events, await connector.deliver(events), 'delivered', 'frozen events')
  },
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.freeze(value)
    for (const inner of Object.values(value)) deepFreeze(inner)
  }
  return value
}
