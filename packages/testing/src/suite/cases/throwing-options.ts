import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import type { SubtotalEvent } from '@subtotal-connectors/core'
import type { ConnectorCase, SuiteConnectorOptions } from '../connector-case.ts'
import { assertKept, assertStatuses, summaryOf } from '../expectations.ts'
import { numberOf, suiteEvents } from '../suite-events.ts'

const bad = 3

function throwForOne(event: SubtotalEvent): void {
  if (numberOf(event) === bad) throw new TypeError(`no tier for ${event.customer.email}`)
}

const situations: readonly (readonly [string, Partial<SuiteConnectorOptions>])[] = [
  [
    'a filter throws',
    {
      filter: (event) => {
        throwForOne(event)
        return true
      },
    },
  ],
  [
    'properties throws',
    {
      properties: (event, properties) => {
        throwForOne(event)
        return properties
      },
    },
  ],
  [
    'properties gives what JSON cannot hold',
    { properties: (event, properties) => (numberOf(event) === bad ? { ...properties, count: 1n } : properties) },
  ],
]

/** A filter and a mapping that throw, and one that gives what cannot be sent. */
export const throwingOptions: ConnectorCase = {
  name: 'rejects an event over which an option’s function throws, and only that one',
  why: 'The functions are the user’s and run on data nobody foresaw; one surprise must not stop the batch, nor be blamed on the destination.',
  async run({ mock, connect }) {
    const events = suiteEvents(7)
    const expected = events.map((_, index) => (index === bad ? 'rejected' : 'delivered'))
    for (const [situation, options] of situations) {
      mock.clear()
      const results = await connect(options).deliver(events)
      assertStatuses(results, expected, situation)
      assertKept(mock, events, results, situation)
      assert.equal(summaryOf(results[bad]), 'rejected ERR_MAPPING', situation)
      const email = events[bad]?.customer.email ?? ''
      assert.ok(!inspect(results[bad], { depth: Infinity }).includes(email), `${situation}: its text holds what was thrown`)
    }
  },
}
