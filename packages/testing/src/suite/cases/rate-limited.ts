import assert from 'node:assert/strict'
import type { ConnectorCase } from '../connector-case.ts'
import { assertStatus, summaryOf } from '../expectations.ts'
import { suiteEvent } from '../suite-events.ts'

const halfAnHourMs = 1_800_000
const oneHourMs = 3_600_000

interface Wait {
  readonly situation: string
  readonly headers: Readonly<Record<string, string>>
  /** The least and the most that `retryAfterMs` may be. */
  readonly rangeMs: readonly [number, number]
}

/** Answers 429 with each form of Retry-After. */
export const rateLimited: ConnectorCase = {
  name: 'tells how long a destination that limits the rate wants to be left alone',
  why: 'A relay that comes back too early is limited for longer; one that is never told waits by guess. A wait of more than an hour is a mistake.',
  async run({ mock, connect }) {
    const connector = connect()
    const events = [suiteEvent(1)]
    for (const { situation, headers, rangeMs } of waits(Date.now())) {
      mock.clear()
      mock.fail({ kind: 'answer', status: 429, headers, body: { message: 'slow down' } })
      const [result] = await connector.deliver(events)
      assert.equal(summaryOf(result), 'retry rate_limited ERR_RATE_LIMITED', situation)
      const waitMs = result?.status === 'retry' ? result.retryAfterMs : undefined
      const [least, most] = rangeMs
      assert.ok(
        waitMs !== undefined && waitMs >= least && waitMs <= most,
        `${situation}: retryAfterMs is ${waitMs}, not ${least} to ${most}`,
      )
      assert.equal(mock.accepted.length, 0)
      assertStatus(events, await connector.deliver(events), 'delivered', `${situation}, and the next attempt`)
    }
  },
}

function waits(now: number): readonly Wait[] {
  const date = new Date(now).toUTCString()
  const later = new Date(now + halfAnHourMs).toUTCString()
  return [
    { situation: 'Retry-After in seconds', headers: { 'retry-after': '7' }, rangeMs: [7_000, 7_000] },
    // A connector may measure from the answer's own date or from its clock.
    { situation: 'Retry-After as a date', headers: { date, 'retry-after': later }, rangeMs: [halfAnHourMs / 2, halfAnHourMs] },
    { situation: 'Retry-After of a day', headers: { 'retry-after': '86400' }, rangeMs: [oneHourMs, oneHourMs] },
  ]
}
