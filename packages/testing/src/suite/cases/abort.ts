import assert from 'node:assert/strict'
import type { DeliveryResult } from '@subtotal-connectors/core'
import type { ConnectorCase } from '../connector-case.ts'
import { assertStatus, untilRequested, within } from '../expectations.ts'
import { countForThreeRequests, numberOf, numbersIn, suiteEvents } from '../suite-events.ts'

/** Aborts before the first request, while a request hangs, and during a check. */
export const abort: ConnectorCase = {
  name: 'ends at once when it is aborted, with a result for every event',
  why: 'A relay that stops must not wait for a destination that hangs, and must know which events are still to be sent.',
  async run({ mock, connect, patienceMs }) {
    const connector = connect({ concurrency: 1 })
    const events = suiteEvents(countForThreeRequests(connector.limits))
    assertStatus(events, await connector.deliver(events, { signal: AbortSignal.abort() }), 'retry', 'aborted before it began')
    assert.equal(mock.requests.length, 0, 'aborted before it began: requests were made')

    mock.fail({ kind: 'hang' }, { times: Infinity })
    const stop = new AbortController()
    const delivering = connector.deliver(events, { signal: stop.signal })
    await untilRequested(mock)
    stop.abort()
    const results = await within(delivering, patienceMs, 'results after the abort')
    assertStatus(events, results, 'retry', 'aborted while the destination hangs')
    assert.equal(mock.requests.length, 1, 'requests were made after the abort')
    const sent = numbersIn(mock.requests.map(({ text }) => text).join('\n'))
    for (const [index, event] of events.entries()) {
      const wasSent = sent.has(numberOf(event))
      assert.equal(mayHaveArrived(results[index]), wasSent, `mayHaveArrived of an event that was ${wasSent ? '' : 'not '}sent`)
    }

    const stopCheck = new AbortController()
    const checking = connector.check({ signal: stopCheck.signal })
    await untilRequested(mock, 2)
    stopCheck.abort()
    const { ok } = await within(checking, patienceMs, 'the end of check after the abort')
    assert.equal(ok, false, 'a check that was aborted proves nothing')
  },
}

function mayHaveArrived(result: DeliveryResult | undefined): boolean {
  return result?.status === 'retry' && result.mayHaveArrived === true
}
