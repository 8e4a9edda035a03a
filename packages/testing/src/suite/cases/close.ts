import assert from 'node:assert/strict'
import type { MockDestination } from '../../mock-destination/mock-server.ts'
import type { ConnectorCase } from '../connector-case.ts'
import { assertStatus, until, untilRequested, within } from '../expectations.ts'
import { suiteEvents } from '../suite-events.ts'

/** Closes a connector that is idle and one that waits, and looks at the sockets from the other side. */
export const close: ConnectorCase = {
  name: 'ends what is in flight when it is closed, and lets go of its sockets',
  why: 'A socket that stays open keeps a process from ending, and a delivery that never ends keeps a relay from stopping.',
  async run({ mock, connect, patienceMs }) {
    const events = suiteEvents(3)
    const idle = connect()
    assertStatus(events, await idle.deliver(events), 'delivered', 'before the end')
    await within(idle.close(), patienceMs, 'the end of close without anything in flight')
    await until(() => openSockets(mock) === 0, patienceMs, 'no socket open after close')

    const busy = connect()
    mock.fail({ kind: 'hang' }, { times: Infinity })
    const delivering = busy.deliver(events)
    await untilRequested(mock)
    await within(busy.close(), patienceMs, 'the end of close with a request in flight')
    assertStatus(events, await within(delivering, patienceMs, 'results after close'), 'retry', 'closed in flight')
    await until(() => openSockets(mock) === 0, patienceMs, 'no socket open after close in flight')

    mock.clear()
    await within(busy.close(), patienceMs, 'the end of a second close')
    const late = await within(busy.deliver(events), patienceMs, 'the end of a delivery after close')
    assertStatus(events, late, 'retry', 'a delivery after close')
    assert.equal(mock.requests.length, 0, 'a request was made after close')
  },
}

/** `clear` counts anew from the sockets open now. */
function openSockets(mock: MockDestination<unknown>): number {
  mock.clear()
  return mock.peakSockets
}
