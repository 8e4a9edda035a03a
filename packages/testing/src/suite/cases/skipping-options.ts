import assert from 'node:assert/strict'
import type { DeliveryResult, SubtotalEvent } from '@subtotal-connectors/core'
import type { ConnectorCase, SuiteConnectorOptions } from '../connector-case.ts'
import { assertKept, assertStatuses } from '../expectations.ts'
import { numbersIn, suiteEvent } from '../suite-events.ts'

const events: readonly SubtotalEvent[] = [
  suiteEvent(1),
  { ...suiteEvent(2), isSimulated: true },
  { ...suiteEvent(3), isHistorical: true },
  suiteEvent(4, 'account.connected'),
  suiteEvent(5, 'profile.created'),
  suiteEvent(6, 'profile.updated'),
]

interface Situation {
  readonly situation: string
  readonly options: Partial<SuiteConnectorOptions>
  /** Positions in `events`. */
  readonly skipped: readonly number[]
}

const situations: readonly Situation[] = [
  { situation: 'the defaults', options: {}, skipped: [] },
  { situation: 'events: one type off', options: { events: { 'account.connected': false } }, skipped: [3] },
  { situation: 'simulated: skip', options: { simulated: 'skip' }, skipped: [1] },
  { situation: 'historical: skip', options: { historical: 'skip' }, skipped: [2] },
  { situation: 'profiles: off', options: { profiles: 'off' }, skipped: [4, 5] },
  { situation: 'filter', options: { filter: (event) => event.type !== 'purchase.created' }, skipped: [0, 1, 2] },
]

/** Each option that leaves events out, one at a time. */
export const skippingOptions: ConnectorCase = {
  name: 'skips what its options leave out, says why, and sends the rest',
  why: 'These options keep simulated and old purchases from starting campaigns; what is skipped must not be sent, nor vanish without a result.',
  async run({ mock, connect }) {
    for (const { situation, options, skipped } of situations) {
      mock.clear()
      const results = await connect(options).deliver(events)
      const expected = events.map((_, index): DeliveryResult['status'] => (skipped.includes(index) ? 'skipped' : 'delivered'))
      assertStatuses(results, expected, situation)
      assertKept(mock, events, results, situation)
      const sent = numbersIn(mock.requests.map(({ text }) => text).join('\n'))
      assert.equal(sent.size, events.length - skipped.length, `${situation}: something skipped was sent`)
      for (const result of results) assert.ok(result.status !== 'skipped' || result.reason !== '', `${situation}: no reason`)
    }
  },
}
