import type { ConnectorCase } from '../connector-case.ts'
import { assertKept, assertStatuses } from '../expectations.ts'
import { refuseEvent, suiteEvents } from '../suite-events.ts'

const count = 24
const last = count - 1

const situations: readonly (readonly [string, readonly number[]])[] = [
  ['the first is bad', [0]],
  ['one in the middle is bad', [13]],
  ['the last is bad', [last]],
  ['two neighbours are bad', [11, 12]],
  ['the first and the last are bad', [0, last]],
  ['five are bad', [2, 3, 9, 17, 20]],
  ['all are bad', Array.from({ length: count }, (_, index) => index)],
]

/** The mock refuses some of 24 events in the vendor’s own way. */
export const poison: ConnectorCase = {
  name: 'loses nothing but the bad events of a batch',
  why: 'Destinations refuse a whole request for one bad event, or name it, or only count; the good events beside it must arrive, once.',
  async run({ mock, connect }) {
    const connector = connect()
    const events = suiteEvents(count)
    for (const [situation, bad] of situations) {
      mock.clear()
      for (const [index, event] of events.entries()) if (bad.includes(index)) refuseEvent(mock, event)
      const results = await connector.deliver(events)
      const expected = events.map((_, index) => (bad.includes(index) ? 'rejected' : 'delivered'))
      assertStatuses(results, expected, situation)
      assertKept(mock, events, results, situation)
    }
  },
}
