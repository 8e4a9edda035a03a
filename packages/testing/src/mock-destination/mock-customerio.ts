import { createCustomerioJudge } from './mock-customerio-judge.ts'
import type { CustomerioEffect, LostCustomerioMessage } from './mock-customerio-memory.ts'
import type { CustomerioObject } from './mock-customerio-rule.ts'
import { type MockCustomerioOptions, toCustomerioSettings } from './mock-customerio-settings.ts'
import { createMockServer, type MockDestination } from './mock-server.ts'

/** A running mock of Customer.io's Pipelines API. Its accepted entries are the message objects as they are kept. */
export interface MockCustomerio extends MockDestination<CustomerioObject> {
  /** What was answered 200 and not kept as it was sent, in order. */
  readonly lost: readonly LostCustomerioMessage[]
  /** What reserved event names (`User Deleted` and its like) did, in order. */
  readonly effects: readonly CustomerioEffect[]
  /** How many messages had a `messageId` that came before. They are accepted again: no page promises that they are dropped. */
  readonly duplicates: number
}

/**
 * Starts a strict mock of Customer.io's Pipelines API: `POST /v1/batch`, and `/v1/track`, `/v1/identify` and the other single
 * calls. With `X-Strict-Mode: 1` it refuses what the rules in `customerioRules` name, each with its source; without the header
 * everything but an unknown path or method is answered 200, and what breaks a rule is lost.
 *
 * It does not check the property types of semantic events. With `keepRequests: false` it still remembers the `messageId`s.
 *
 * @example
 * const customerio = await createMockCustomerio()
 * // …point a connector's `baseUrl` at customerio.url and deliver…
 * customerio.accepted[0]?.['event'] // 'Order Completed'
 * await customerio.close()
 */
export async function createMockCustomerio(options: MockCustomerioOptions = {}): Promise<MockCustomerio> {
  const { judge, memory } = createCustomerioJudge(toCustomerioSettings(options))
  const server = await createMockServer(judge, { ...options, onClear: () => memory.clear(), isEmptySuccess: true })
  return {
    ...server,
    get peakSockets() {
      return server.peakSockets
    },
    lost: memory.lost,
    effects: memory.effects,
    get duplicates() {
      return memory.duplicates
    },
  }
}
