import assert from 'node:assert/strict'
import { collectRejections } from '../collect-rejections.ts'
import type { ConnectorCase } from '../connector-case.ts'
import { untilRequested } from '../expectations.ts'
import { countForThreeRequests, suiteEvents } from '../suite-events.ts'

/** Closes and aborts in the middle of failing deliveries and checks. */
export const rejections: ConnectorCase = {
  name: 'leaves no promise rejected without a handler',
  why: 'Node ends the process for one: a web server or a relay dies because a destination hung up.',
  async run({ mock, connect }) {
    const events = suiteEvents(countForThreeRequests(connect().limits))
    const found = await collectRejections(async () => {
      for (const kind of ['reset', 'html', 'truncated', 'wrong_length', 'hang'] as const) {
        mock.clear()
        mock.fail({ kind }, { times: Infinity })
        const connector = connect({ concurrency: 2 })
        const stop = new AbortController()
        const delivering = connector.deliver(events, { signal: stop.signal })
        const checking = connector.check({ signal: stop.signal })
        await untilRequested(mock)
        await connector.close()
        stop.abort()
        await Promise.all([delivering, checking])
        mock.recover()
      }
    })
    assert.deepEqual(found, [], 'a promise was rejected and nobody handled it')
  },
}
