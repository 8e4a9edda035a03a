import assert from 'node:assert/strict'
import type { Connector } from '@subtotal-connectors/core'
import type { MockDestination, MockRequest } from '../../mock-destination/mock-server.ts'
import type { ConnectorCase } from '../connector-case.ts'
import { assertKept } from '../expectations.ts'
import { suiteEvents } from '../suite-events.ts'
import { withClockAhead } from '../with-clock-ahead.ts'

const oneDayMs = 86_400_000

/** Delivers again: by another connector, after a failure, and a day later. */
export const repeats: ConnectorCase = {
  name: 'sends the same bytes when it delivers the same events again',
  why: 'Destinations know a repeat by its id, or not at all; an id or a time made anew at each attempt turns every retry into a duplicate.',
  async run({ mock, connect }) {
    const events = suiteEvents(14)
    const deliver = async (connector: Connector) => {
      await connector.deliver(events)
      return takeRequests(mock)
    }
    const first = await deliver(connect())
    assert.notEqual(first.length, 0, 'nothing was sent')
    const connector = connect()
    mock.fail({ kind: 'answer', status: 503 }, { times: Infinity })
    const failed = await deliver(connector)
    assert.ok(
      failed.every((request) => first.includes(request)),
      'an attempt that fails sends other bytes',
    )
    mock.recover()
    assert.deepEqual(await deliver(connector), first, 'the attempt after a failure sends other bytes')
    if (connector.limits.deduplicates === 'yes') {
      mock.clear()
      const results = [...(await connector.deliver(events)), ...(await connector.deliver(events))]
      assertKept(mock, [...events, ...events], results, 'delivered twice to a destination that is said to ignore repeats')
    }
    const bodies = () => JSON.stringify(connect().plan(events).requests)
    assert.equal(withClockAhead(oneDayMs, bodies), bodies(), 'an attempt a day later sends other bytes')
  },
}

function takeRequests(mock: MockDestination<unknown>): readonly string[] {
  const requests = mock.requests.map(({ method, path, text }: MockRequest) => `${method} ${path}\n${text}`).toSorted()
  mock.clear()
  return requests
}
