import type { ConnectorCase } from '../connector-case.ts'
import { assertKept, assertStatuses } from '../expectations.ts'
import { countForThreeRequests, refuseEvent, suiteEvent, suiteEvents, withoutIdentifiers } from '../suite-events.ts'

/** Good, skipped, unusable and refused events in turn, over several requests; then one event twice. */
export const oneResultPerEvent: ConnectorCase = {
  name: 'gives one result per event, in the order of the events',
  why: 'Results belong to events by their position: with one too few, or two changed places, an event counts as settled that never arrived.',
  async run({ mock, connect }) {
    const connector = connect({ events: { 'connection.reauthenticated': false } })
    const count = Math.max(countForThreeRequests(connector.limits), 30)
    const events = suiteEvents(count).map((event, index) => (index % 11 === 4 ? withoutIdentifiers(event) : event))
    const refused = new Set([0, Math.floor(count / 2) + 1, count - 1])
    const expected = events.map((event, index) => {
      if (event.type === 'connection.reauthenticated') return 'skipped'
      return event.customer.id === null || refused.has(index) ? 'rejected' : 'delivered'
    })
    for (const [index, event] of events.entries()) if (refused.has(index)) refuseEvent(mock, event)

    const results = await connector.deliver(events)
    assertStatuses(results, expected, 'a batch of several requests')
    assertKept(mock, events, results, 'a batch of several requests')

    mock.clear()
    const repeated = [suiteEvent(1), suiteEvent(1), suiteEvent(2)]
    assertStatuses(await connector.deliver(repeated), ['delivered', 'delivered', 'delivered'], 'a batch that repeats an event')
  },
}
