import type { Purchase } from '@subtotal-connectors/core'
import { createLimit } from '@subtotal-connectors/core'
import type { Clock } from '../clock/clock.ts'
import { isUsableId } from '../ingest/usable-id.ts'
import type { RelayEvents } from '../observability/relay-events.ts'
import type { CallFailure } from './call-failure.ts'
import { toCallFailure } from './call-failure.ts'
import type { CallResult, EnrichmentApi } from './complete-event.ts'
import type { KnownContact } from './contact.ts'
import type { EnrichmentGate } from './enrichment-gate.ts'

/** For whom a call is made. */
interface CallOptions {
  /** The event has had no failure yet. */
  readonly isFirst: boolean
}

/** The calls of Subtotal's API that complete events, a few at once and only while the gate is open. */
export interface SubtotalCalls {
  purchase(purchaseId: string, options: CallOptions & { readonly connectionId: string }): Promise<CallResult<Purchase>>
  /** One call for all events of a connection that ask at the same time. */
  contact(connectionId: string, options: CallOptions): Promise<CallResult<KnownContact>>
}

/** What the calls work with. */
export interface SubtotalCallsOptions {
  /** Without it no call is made. */
  readonly api: EnrichmentApi | undefined
  /** Asked before each call, and told of what came of it. */
  readonly gate: EnrichmentGate
  readonly events: RelayEvents
  readonly clock: Clock
  /** Ends every call. */
  readonly signal: AbortSignal
}

type Request<Value> = (signal: AbortSignal) => Promise<Value>

/** The client keeps the rate. */
const concurrency = 4
/** With the client's own repeats. */
const longestCallMs = 60_000
const notCalled = { kind: 'aborted', code: 'ERR_ABORTED', message: 'Subtotal was not asked.' } as const
const tooLate = {
  kind: 'transient',
  code: 'ERR_SUBTOTAL_UNAVAILABLE',
  message: `Subtotal did not answer within ${longestCallMs / 1_000} s.`,
} as const

/** Calls that end after a minute at the latest, and whose failures are values. */
export function createSubtotalCalls({ api, gate, events, clock, signal }: SubtotalCallsOptions): SubtotalCalls {
  const limit = createLimit(concurrency)
  const lookups = new Map<string, Promise<CallResult<KnownContact>>>()

  function call<Value>(
    name: 'purchase' | 'connection',
    { isFirst }: CallOptions,
    request: (called: EnrichmentApi, ends: AbortSignal) => Promise<Value>,
  ): Promise<CallResult<Value>> {
    return limit(async () => {
      const held = heldCall()
      if (held !== undefined || api === undefined) return { failure: held ?? notCalled }
      const startedAt = clock.elapsed()
      const result = await withinTime((ends) => request(api, ends))
      const code = 'failure' in result ? result.failure.code : ''
      events.emit('subtotal:called', { call: name, code, durationMs: clock.elapsed() - startedAt })
      if ('failure' in result) gate.failed(result.failure, isFirst)
      else gate.answered()
      return result
    })
  }

  /** The gate may have closed while the call waited for its turn. */
  function heldCall(): CallFailure | undefined {
    if (signal.aborted) return notCalled
    return gate.opensInMs() === 0 ? undefined : { ...notCalled, message: gate.status().reason ?? notCalled.message }
  }

  /** A call that hangs keeps its place from others no longer than that. */
  async function withinTime<Value>(request: Request<Value>): Promise<CallResult<Value>> {
    const late = new AbortController()
    const deadline = clock.setTimeout(() => late.abort(), longestCallMs)
    const ends = AbortSignal.any([signal, late.signal])
    const ended = Promise.withResolvers<never>()
    ends.addEventListener('abort', () => ended.reject(ends.reason), { once: true })
    try {
      // A client that does not listen to the signal must not hold up the end either.
      return { value: await Promise.race([request(ends), ended.promise]) }
    } catch (error) {
      if (signal.aborted) return { failure: notCalled }
      return { failure: late.signal.aborted ? tooLate : toCallFailure(error) }
    } finally {
      deadline.cancel()
    }
  }

  return {
    purchase: (purchaseId, { connectionId, isFirst }) =>
      call('purchase', { isFirst }, ({ purchases }, ends) => purchases.get(purchaseId, { connectionId, signal: ends })),
    contact(connectionId, options) {
      const running = lookups.get(connectionId)
      if (running !== undefined) return running
      const asked = call('connection', options, async ({ connections }, ends): Promise<KnownContact> => {
        const { customerId, email, mobile, retailer, isSimulated } = await connections.get(connectionId, { signal: ends })
        const ids = { customerId: usable(customerId), retailer: usable(retailer) }
        return { ...ids, email, mobile, isSimulated, askedAt: Math.round(clock.now()) }
      }).finally(() => lookups.delete(connectionId))
      lookups.set(connectionId, asked)
      return asked
    },
  }
}

/** What the store could not keep as an id is not known. */
function usable(id: string | null): string | null {
  return id !== null && isUsableId(id) ? id : null
}
