import type { Clock } from '../clock/clock.ts'
import { MissingKeyError } from '../encryption/missing-key-error.ts'
import type { RelayEvents } from '../observability/relay-events.ts'
import type { IncomingEvent, IngestOutcome, Store } from '../store/store.ts'
import { storeFailureOf } from '../store/store-failure.ts'

/** Stores events in groups. */
export interface GroupCommit {
  /** Resolves when the event is on stable storage; rejects when it is not, and then nothing of it is stored. */
  add(event: IncomingEvent): Promise<IngestOutcome>
  /** Resolves when nothing waits. */
  drained(): Promise<void>
  /** Whether anything waits. */
  isBusy(): boolean
}

/** What a group commit works with. */
export interface GroupCommitOptions {
  readonly store: Pick<Store, 'ingest'>
  readonly events: RelayEvents
  readonly clock: Pick<Clock, 'elapsed'>
  readonly destinations: readonly string[]
  /** So many new events now have deliveries waiting. */
  readonly onStored: (count: number) => void
}

interface Waiting {
  readonly event: IncomingEvent
  readonly resolve: (outcome: IngestOutcome) => void
  readonly reject: (error: unknown) => void
}

const maxGroupSize = 1_000
const maxWaiting = 10_000

/** The relay takes no more events for now. */
export class OverloadedError extends Error {
  override readonly name: string = 'OverloadedError'
}

/**
 * Collects what comes in while a transaction is being synced, or in one turn of the event loop, and stores it together: a sync costs
 * the same for one event as for hundreds.
 */
export function createGroupCommit({ store, events, clock, destinations, onStored }: GroupCommitOptions): GroupCommit {
  let waiting: Waiting[] = []
  let running: Promise<void> | undefined

  async function commit(group: readonly Waiting[]): Promise<void> {
    const startedAt = clock.elapsed()
    events.emit('commit:started', { size: group.length })
    try {
      const outcomes = await store.ingest({ events: group.map(({ event }) => event), destinations })
      const stored = outcomes.filter((outcome) => outcome.result === 'stored').length
      events.emit('commit:finished', { size: group.length, stored, durationMs: clock.elapsed() - startedAt })
      group.forEach(({ resolve, reject }, index) => {
        const outcome = outcomes[index]
        if (outcome === undefined) reject(new Error('The store gave no outcome.'))
        else resolve(outcome)
      })
      if (stored > 0) onStored(stored)
    } catch (error) {
      if (error instanceof MissingKeyError && group.length > 1) return commitEach(group)
      events.emit('commit:failed', { size: group.length, ...storeFailureOf(error) })
      for (const { reject } of group) reject(error)
    }
  }

  /** What is known of the connection of one of them cannot be read: the others need not wait for a relay that can. */
  async function commitEach(group: readonly Waiting[]): Promise<void> {
    for (const one of group) await commit([one])
  }

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      await new Promise((resolve) => setImmediate(resolve))
      const group = waiting.slice(0, maxGroupSize)
      waiting = waiting.slice(maxGroupSize)
      await commit(group)
    }
    running = undefined
  }

  return {
    add(event) {
      if (waiting.length >= maxWaiting) return Promise.reject(new OverloadedError('Too many events wait to be stored.'))
      return new Promise((resolve, reject) => {
        waiting.push({ event, resolve, reject })
        running ??= run()
      })
    },
    drained: async () => running,
    isBusy: () => running !== undefined,
  }
}
