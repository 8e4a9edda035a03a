import type { Connector } from '@subtotal-connectors/core'
import type { Clock } from '../clock/clock.ts'
import type { GroupCommit } from '../ingest/group-commit.ts'
import type { RelayEvents } from '../observability/relay-events.ts'
import type { Store } from '../store/store.ts'
import type { Pause } from './lane-gate.ts'
import type { LaneSettings } from './lane-settings.ts'
import type { LaneStatus } from './lane-status.ts'
import type { RetryPolicy } from './retry-policy.ts'

/** Carries what is due to one destination, and waits for nobody else. */
export interface Lane {
  readonly destination: string
  status(): LaneStatus
  /** Begins to deliver. */
  start(): void
  /** So many new deliveries were stored; 0: some may be due that were not. */
  notify(count: number): void
  /** Learns what other relays of the store have done with it, and delivers what has become due meanwhile. */
  look(): Promise<void>
  /**
   * Claims nothing more until it is resumed, also after a restart; what is in flight goes on. Nothing dies meanwhile. `reason` is shown to
   * operators. Resolves when the store remembers it.
   */
  pause(reason: string): Promise<void>
  /**
   * Ends a pause. A lane that is blocked or backing off because the destination is down tries one event at once; one that is blocked by
   * rejections goes on as before them.
   */
  resume(): Promise<void>
  /** Claims nothing more; resolves when what is in flight is settled. Aborting the signal ends the calls at once. */
  stop(signal: AbortSignal): Promise<void>
}

/** What a lane works with. */
export interface LaneOptions {
  readonly destination: string
  readonly connector: Connector
  readonly store: Store
  readonly events: RelayEvents
  readonly clock: Clock
  readonly settings?: LaneSettings
  /** Paused from the start. */
  readonly pause?: Pause
  readonly policy?: RetryPolicy
  readonly random?: () => number
  /** What goes before delivering: a lane waits with each claim until it is not busy, a second at most. */
  readonly ingest?: Pick<GroupCommit, 'isBusy' | 'drained'>
}
