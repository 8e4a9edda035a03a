import type { AcceptedKlaviyoEvent } from './mock-klaviyo-event.ts'
import { createKlaviyoJudge } from './mock-klaviyo-judge.ts'
import type { LostKlaviyoEvent } from './mock-klaviyo-memory.ts'
import { type MockKlaviyoOptions, toKlaviyoSettings } from './mock-klaviyo-settings.ts'
import { createMockServer, type MockDestination } from './mock-server.ts'

/** A running mock of Klaviyo. */
export interface MockKlaviyo extends MockDestination<AcceptedKlaviyoEvent> {
  /** Events answered 202 that Klaviyo would never show. */
  readonly lost: readonly LostKlaviyoEvent[]
  /** How many events were answered 202 and ignored, because one with the same profile, metric and `unique_id` came before. */
  readonly duplicates: number
}

/**
 * Starts a strict mock of Klaviyo's `POST /api/events`, `POST /api/event-bulk-create-jobs` and `GET /api/accounts`. It refuses
 * what the rules in `klaviyoRules` name, each with its source, and loses what Klaviyo loses behind a 202.
 *
 * It knows private keys, not OAuth, and does not merge profiles. With `keepRequests: false` it still remembers one key an
 * event, to tell repeats.
 *
 * @example
 * const klaviyo = await createMockKlaviyo()
 * // …point a connector's `baseUrl` at klaviyo.url and deliver…
 * klaviyo.accepted[0]?.metric // 'Purchased at Retailer'
 * await klaviyo.close()
 */
export async function createMockKlaviyo(options: MockKlaviyoOptions = {}): Promise<MockKlaviyo> {
  const { judge, memory, clear } = createKlaviyoJudge(toKlaviyoSettings(options))
  const server = await createMockServer(judge, { ...options, onClear: clear })
  return {
    ...server,
    get peakSockets() {
      return server.peakSockets
    },
    lost: memory.lost,
    get duplicates() {
      return memory.duplicates
    },
  }
}
