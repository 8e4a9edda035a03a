import { setTimeout } from 'node:timers/promises'
import type { Connector } from '../connector/connector.ts'
import type { DeliveryResult } from '../connector/delivery-result.ts'
import type { SubtotalEvent } from '../event/subtotal-event.ts'

/** How {@link deliverWithRetry} goes on. */
export interface DeliverWithRetryOptions {
  /** Ends the waits and the request in flight; the results known so far are returned. */
  readonly signal?: AbortSignal
  /** Attempts in all. Default 5. */
  readonly attempts?: number
  /**
   * Attempts of an event whose outcome is unknown, where nothing lets the vendor tell a repeat. Default 3. Set it to 1 to accept a
   * lost event rather than a duplicate.
   */
  readonly unknownOutcomeAttempts?: number
  /** Told before each wait. */
  readonly onRetry?: (retry: { readonly attempt: number; readonly events: number; readonly waitMs: number }) => void
  /** Waits; for tests. Default: a timer. Rejects when the signal ends it. */
  readonly wait?: (ms: number, signal: AbortSignal | undefined) => Promise<void>
  /** 0 up to 1; for tests. Default `Math.random`. */
  readonly random?: () => number
}

/**
 * Delivers events and, in this process's memory, tries those again whose result is `retry`: after 5 s, 15 s, 45 s … (half to all
 * of it, at most an hour), and never before the destination's `retryAfterMs` is over. Every other result is final at once.
 *
 * For a server that has no queue. Events that must outlive the process belong into a store first: that is what the relay does.
 *
 * @returns the last result of each event, same order and length
 */
export async function deliverWithRetry(
  connector: Connector,
  events: readonly SubtotalEvent[],
  options: DeliverWithRetryOptions = {},
): Promise<readonly DeliveryResult[]> {
  const { signal, attempts = 5, wait = defaultWait, random = Math.random } = options
  const unknownOutcomeAttempts = connector.limits.deduplicates === 'no' ? (options.unknownOutcomeAttempts ?? 3) : attempts
  const call = signal === undefined ? {} : { signal }
  const results = [...(await connector.deliver(events, call))]
  const unknownOutcomes = results.map((result): number => (mayHaveArrived(result) ? 1 : 0))

  for (let attempt = 1; attempt < attempts; attempt += 1) {
    const due = [...results.keys()].filter(
      (index) => results[index]?.status === 'retry' && (unknownOutcomes[index] ?? 0) < unknownOutcomeAttempts,
    )
    if (due.length === 0) break
    const waitMs = Math.ceil(
      waitBefore(
        attempt,
        due.map((index) => results[index]),
        random(),
      ),
    )
    options.onRetry?.({ attempt: attempt + 1, events: due.length, waitMs })
    try {
      await wait(waitMs, signal)
    } catch (error) {
      if (signal?.aborted === true) break
      throw error
    }
    const again = await connector.deliver(
      due.flatMap((index) => events[index] ?? []),
      call,
    )
    for (const [position, index] of due.entries()) {
      const result = again[position]
      if (result === undefined) continue
      results[index] = result
      if (mayHaveArrived(result)) unknownOutcomes[index] = (unknownOutcomes[index] ?? 0) + 1
    }
  }
  return results
}

function waitBefore(attempt: number, results: readonly (DeliveryResult | undefined)[], random: number): number {
  const step = Math.min(3_600_000, 5_000 * 3 ** (attempt - 1))
  const asked = results.map((result) => (result?.status === 'retry' ? (result.retryAfterMs ?? 0) : 0))
  const longest = asked.reduce((most, ms) => Math.max(most, ms), 0)
  return Math.max(step * (0.5 + random / 2), longest * (1 + random / 10))
}

function mayHaveArrived(result: DeliveryResult): boolean {
  return result.status === 'retry' && result.mayHaveArrived === true
}

async function defaultWait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await setTimeout(ms, undefined, signal === undefined ? {} : { signal })
}
