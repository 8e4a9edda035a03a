import assert from 'node:assert/strict'
import type { CheckResult } from '@subtotal-connectors/core'
import type { Failure } from '../../mock-destination/mock-server.ts'
import type { ConnectorCase } from '../connector-case.ts'

const failures: readonly Failure[] = [
  { kind: 'answer', status: 401, body: { message: 'no' } },
  { kind: 'answer', status: 403, body: { message: 'no' } },
  { kind: 'answer', status: 404 },
  { kind: 'answer', status: 503 },
  { kind: 'reset' },
  { kind: 'html' },
  { kind: 'garbage' },
]

/** A good key, then every kind of bad news; the mock must have kept nothing. */
export const checkKey: ConnectorCase = {
  name: 'checks the key truly, and creates no data by it',
  why: 'People run the check before they go live: a wrong yes costs them days, and a check that writes costs them their data.',
  async run({ mock, connect, apiKey }) {
    const connector = connect()
    const good = await connector.check()
    assert.equal(good.ok, true, `a good key: ${good.problems.join(' ')}`)
    assert.notEqual(good.proved.length, 0, 'a good key: nothing is proved')
    assert.notEqual(mock.requests.length, 0, 'a good key: the destination was not asked')
    assert.deepEqual(mock.accepted, [], 'the check created data')

    for (const failure of failures) {
      const situation = JSON.stringify(failure)
      mock.fail(failure, { times: Infinity })
      const bad = await connector.check()
      assert.equal(bad.ok, false, situation)
      assert.notEqual(bad.problems.length, 0, `${situation}: no problem is named`)
      assert.ok(!textOf(good, bad).includes(apiKey), `${situation}: the result holds the key`)
      mock.recover()
    }
    assert.deepEqual(mock.accepted, [], 'the check created data')
  },
}

function textOf(...results: readonly CheckResult[]): string {
  return JSON.stringify(results)
}
