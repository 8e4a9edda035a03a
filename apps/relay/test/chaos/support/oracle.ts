import { parseWebhook } from '@subtotal-connectors/core'
import type { GeneratedWebhook } from '@subtotal-connectors/testing/mocks'
import type { DestinationName } from '../../../src/demo/arrival-keys.ts'
import { destinationNames, expectedKeys } from '../../../src/demo/arrival-keys.ts'
import { contentHash } from '../../../src/ingest/content-hash.ts'

/** A webhook that was sent, and what it obliges to. */
export interface Sent {
  readonly id: string
  /** What it is known by at every destination. */
  readonly key: string
  readonly contentHash: string
  /** On the monotonic clock of this process, in milliseconds. */
  readonly sentAt: number
  isAcknowledged: boolean
}

/** Knows what was sent, what was acknowledged and what arrived. Purchases alone: they have the same key everywhere. */
export interface Oracle {
  /** Call it before the webhook is posted. */
  send(webhook: GeneratedWebhook): Sent
  /** Takes over what another process sent. */
  adopt(sent: readonly Sent[]): void
  arrive(destination: DestinationName, key: string): void
  readonly sent: Iterable<Sent>
  acknowledged(): number
  /** How often it arrived there. */
  arrivals(destination: DestinationName, key: string): number
  /** What arrived there, each once, in the order of its first arrival. */
  firstArrivals(destination: DestinationName): readonly string[]
  /** Arrivals of anything more often than once. */
  duplicates(): number
  /** Arrivals there since {@link resetLatencies}, from posting to arrival, in milliseconds. */
  latencies(destination: DestinationName): readonly number[]
  resetLatencies(): void
}

/** Knows nothing yet. */
export function createOracle(): Oracle {
  const sent = new Map<string, Sent>()
  const arrived = new Map(destinationNames.map((name) => [name, new Map<string, number>()]))
  let latencies = new Map<DestinationName, number[]>()
  let duplicates = 0
  return {
    send(webhook) {
      const event = parseWebhook(webhook.body)
      if (event === null) throw new Error('The generated webhook is no event.')
      const key = expectedKeys(webhook).klaviyo
      const one: Sent = { id: webhook.id, key, contentHash: contentHash(event), sentAt: performance.now(), isAcknowledged: false }
      sent.set(key, one)
      return one
    },
    adopt(others) {
      for (const one of others) sent.set(one.key, one)
    },
    arrive(destination, key) {
      const counts = arrived.get(destination) ?? new Map<string, number>()
      const before = counts.get(key) ?? 0
      counts.set(key, before + 1)
      if (before > 0) duplicates += 1
      const one = sent.get(key)
      if (one === undefined || before > 0) return
      const measured = latencies.get(destination) ?? []
      measured.push(performance.now() - one.sentAt)
      latencies.set(destination, measured)
    },
    sent: { [Symbol.iterator]: () => sent.values() },
    acknowledged: () => [...sent.values()].filter((one) => one.isAcknowledged).length,
    arrivals: (destination, key) => arrived.get(destination)?.get(key) ?? 0,
    firstArrivals: (destination) => [...(arrived.get(destination)?.keys() ?? [])],
    duplicates: () => duplicates,
    latencies: (destination) => latencies.get(destination) ?? [],
    resetLatencies() {
      latencies = new Map()
    },
  }
}
