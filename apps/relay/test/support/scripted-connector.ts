import type { Connector, ConnectorLimits, DeliveryResult, SubtotalEvent } from '@subtotal-connectors/core'

/** A connector that answers as a test says, and remembers what it was given. */
export interface ScriptedConnector extends Connector {
  readonly calls: (readonly string[])[]
  /** How events are answered from now on. */
  answer(with_: Answer): void
  /** What `check` finds from now on. Default: all is well. */
  reachable(isReachable: boolean): void
  /** Calls wait until released. */
  hold(): void
  release(): void
}

/** The result of one event; or what a whole call does. */
export type Answer = (event: SubtotalEvent, signal: AbortSignal | undefined) => DeliveryResult

/** What can be chosen of a scripted connector. */
export interface ScriptedOptions {
  readonly batchSize?: number
  readonly deduplicates?: ConnectorLimits['deduplicates']
  readonly requestRates?: ConnectorLimits['requestRates']
}

/** A connector without a network, whose destination ignores repeats unless told otherwise. */
export function scriptedConnector(options: ScriptedOptions = {}): ScriptedConnector {
  const calls: (readonly string[])[] = []
  let answer: Answer = () => ({ status: 'delivered' })
  let isReachable = true
  let gate = Promise.withResolvers<void>()
  gate.resolve()
  return {
    specificationVersion: 'v1',
    name: 'scripted',
    limits: {
      maxMessagesPerRequest: options.batchSize ?? 10,
      maxBytesPerRequest: 1e6,
      requestRates: options.requestRates ?? [],
      deduplicates: options.deduplicates ?? 'yes',
    },
    calls,
    answer(next) {
      answer = next
    },
    reachable(next) {
      isReachable = next
    },
    hold() {
      gate = Promise.withResolvers<void>()
    },
    release: () => gate.resolve(),
    plan: () => ({ requests: [], notSent: [], warnings: [] }),
    async deliver(events, { signal } = {}) {
      calls.push(events.map((event) => event.id))
      const aborted = Promise.withResolvers<void>()
      signal?.addEventListener('abort', () => aborted.resolve(), { once: true })
      await Promise.race([gate.promise, aborted.promise])
      return events.map((event) => answer(event, signal))
    },
    check: async () => ({ ok: isReachable, proved: [], problems: [], notes: [] }),
    close: async () => undefined,
  }
}
