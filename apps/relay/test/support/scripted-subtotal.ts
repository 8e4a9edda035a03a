import type { Purchase } from '@subtotal-connectors/core'
import type { SubtotalConnection } from '@subtotal-connectors/subtotal-api'
import { SubtotalApiError } from '@subtotal-connectors/subtotal-api'
import { makePurchaseEvent } from '@subtotal-connectors/testing/mocks'
import type { EnrichmentApi } from '../../src/enrichment/complete-event.ts'

/** Subtotal's API without a network: answers as a test says, and remembers what it was asked. */
export interface ScriptedSubtotal extends EnrichmentApi {
  /** `purchase p1`, `connection c1`, … */
  readonly calls: readonly string[]
  /** Runs before each call is answered from now on; what it throws is what the call rejects with. Default: what there is, at once. */
  answer(with_: (call: string, number: number) => void | Promise<void>): void
  /** Calls wait until released. */
  hold(): void
  release(): void
}

/** The purchase that it has under an id. */
export function purchaseAtSubtotal(id: string): Purchase {
  return { ...makePurchaseEvent().purchase, id, total: '20.14' }
}

/** The connection that it has under an id, with a customer of its own. */
export function connectionAtSubtotal(id: string): SubtotalConnection {
  return {
    id,
    customerId: `customer-of-${id}`,
    retailer: 'target',
    status: 'active',
    email: `${id}@shoppers.example`,
    mobile: '+15555550100',
    isSimulated: false,
  }
}

/** An error as the client rejects with. */
export function apiError(code: ConstructorParameters<typeof SubtotalApiError>[0], retryAfterMs?: number): SubtotalApiError {
  return new SubtotalApiError(code, `Subtotal says ${code}.`, { isRetryable: false, retryAfterMs })
}

/** One that knows every purchase and connection. */
export function scriptedSubtotal(): ScriptedSubtotal {
  const calls: string[] = []
  let answer: (call: string, number: number) => void | Promise<void> = () => undefined
  let gate = Promise.withResolvers<void>()
  gate.resolve()

  async function asked(call: string, signal: AbortSignal | undefined): Promise<void> {
    calls.push(call)
    const number = calls.length
    const aborted = Promise.withResolvers<void>()
    signal?.addEventListener('abort', () => aborted.resolve(), { once: true })
    await Promise.race([gate.promise, aborted.promise])
    if (signal?.aborted === true) throw apiError('ERR_ABORTED')
    await answer(call, number)
  }

  return {
    calls,
    answer(next) {
      answer = next
    },
    hold() {
      gate = Promise.withResolvers<void>()
    },
    release: () => gate.resolve(),
    purchases: {
      async get(id, { signal }) {
        await asked(`purchase ${id}`, signal)
        return purchaseAtSubtotal(id)
      },
    },
    connections: {
      async get(id, { signal } = {}) {
        await asked(`connection ${id}`, signal)
        return connectionAtSubtotal(id)
      },
    },
  }
}
