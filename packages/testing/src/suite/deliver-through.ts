import assert from 'node:assert/strict'
import type { Connector, DeliveryResult, SubtotalEvent } from '@subtotal-connectors/core'
import type { Failure } from '../mock-destination/mock-server.ts'
import type { SuiteContext } from './connector-case.ts'
import { untilRequested, within } from './expectations.ts'

/** Delivers while the mock fails like this; a call that the mock leaves hanging is aborted once its request has come in. */
export async function deliverThrough(
  { mock, patienceMs }: Pick<SuiteContext, 'mock' | 'patienceMs'>,
  connector: Connector,
  events: readonly SubtotalEvent[],
  failure: Failure,
): Promise<readonly DeliveryResult[]> {
  const situation = JSON.stringify(failure)
  const isHanging = failure.kind === 'hang' || (failure.kind === 'accept_then' && failure.failure === 'hang')
  const abort = new AbortController()
  const delivering = connector.deliver(events, { signal: abort.signal })
  const answered = delivering.catch((error: unknown) => assert.fail(`${situation}: deliver threw ${String(error)}`))
  if (!isHanging) return await answered
  await untilRequested(mock)
  abort.abort()
  return await within(answered, patienceMs, `${situation}: an end after the abort`)
}
