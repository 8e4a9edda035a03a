import { randomUUID } from 'node:crypto'
import type { Connector } from '@subtotal-connectors/core'
import type { Clock, Timer } from '../clock/clock.ts'
import { errorCodeOf } from '../observability/error-code-of.ts'
import type { RelayEvents } from '../observability/relay-events.ts'
import type { ClaimedDelivery, Store } from '../store/store.ts'
import { attemptEvents } from './attempt-events.ts'
import type { Decision } from './decide.ts'
import { decide } from './decide.ts'
import { createLaneGate } from './lane-gate.ts'
import type { LaneSettings } from './lane-settings.ts'
import type { LaneStatus } from './lane-status.ts'
import type { RetryPolicy } from './retry-policy.ts'
import { defaultRetryPolicy } from './retry-policy.ts'
import { toAttempted } from './to-attempted.ts'

/** Carries what is due to one destination, and waits for nobody else. */
export interface Lane {
  readonly destination: string
  status(): LaneStatus
  /** Begins to deliver. */
  start(): void
  /** So many new deliveries were stored. */
  notify(count: number): void
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
  readonly policy?: RetryPolicy
  readonly random?: () => number
}

const leaseMs = 60_000
const renewEveryMs = 20_000
const lingerMs = 200
const storeRetryMs = 1_000
const unknownOutcomesWithoutId = 3
const longestSleepMs = 3_600_000
/** Stored bytes of one batch, so that memory is bounded whatever the events' size. */
const maxBatchBytes = 8 * 1024 * 1024

/** A lane that does nothing until started. */
export function createLane(options: LaneOptions): Lane {
  const { destination, connector, store, events, clock, random = Math.random } = options
  const { settings = {} } = options
  const concurrency = settings.concurrency ?? 4
  const base = options.policy ?? defaultRetryPolicy
  const unknownOutcomes = connector.limits.deduplicates === 'no' ? unknownOutcomesWithoutId : base.maxUnknownOutcomes
  const policy = { ...base, maxUnknownOutcomes: settings.maxUnknownOutcomes ?? unknownOutcomes }
  const batchSize = connector.limits.maxMessagesPerRequest
  const gate = createLaneGate({ destination, clock, onChange: (status) => events.emit('lane:changed', status) })
  const inFlight = new Set<Promise<void>>()
  const abort = new AbortController()
  let isStopping = false
  let isPumping = false
  let mustPumpAgain = false
  let fresh = 0
  let timer: { readonly at: number; readonly timer: Timer } | undefined

  function wakeAt(at: number): void {
    if (isStopping || (timer !== undefined && timer.at <= at)) return
    timer?.timer.cancel()
    const delay = Math.min(Math.max(0, at - clock.now()), longestSleepMs)
    timer = { at, timer: clock.setTimeout(wake, delay) }
  }

  function wake(): void {
    timer = undefined
    void pump()
  }

  function freeSlots(): number {
    return isStopping ? 0 : gate.openFor(concurrency) - inFlight.size
  }

  /** Claims batches while any are due and may be sent, then sleeps until something changes. Never runs twice at once. */
  async function pump(): Promise<void> {
    mustPumpAgain = isPumping
    if (isPumping) return
    isPumping = true
    try {
      do {
        mustPumpAgain = false
        await claimAll()
      } while (mustPumpAgain)
      await sleep()
    } catch (error) {
      events.emit('lane:failed', { destination, code: errorCodeOf(error) })
      wakeAt(clock.now() + storeRetryMs)
    } finally {
      isPumping = false
    }
    if (mustPumpAgain) void pump()
  }

  async function claimAll(): Promise<void> {
    let isFull = true
    while (isFull && freeSlots() > 0) {
      fresh = 0
      const now = clock.now()
      const leaseToken = randomUUID()
      const limit = gate.isProbing() ? 1 : batchSize
      const claim = await store.claim({ destination, now, limit, maxBytes: maxBatchBytes, leaseUntil: now + leaseMs, leaseToken })
      isFull = claim.isFull
      if (claim.deliveries.length > 0) track(deliver(claim.deliveries, leaseToken))
    }
  }

  async function sleep(): Promise<void> {
    if (inFlight.size >= gate.openFor(concurrency) && inFlight.size > 0) return
    const dueAt = await store.nextDueAt(destination)
    if (dueAt === null) return
    wakeAt(Math.max(dueAt, gate.opensAt() ?? clock.now() + lingerMs))
  }

  function track(work: Promise<void>): void {
    inFlight.add(work)
    void work.finally(() => {
      inFlight.delete(work)
      void pump()
    })
  }

  async function deliver(deliveries: readonly ClaimedDelivery[], leaseToken: string): Promise<void> {
    const startedAt = clock.now()
    const isProbe = gate.isProbing()
    events.emit('batch:started', { destination, size: deliveries.length })
    const renewal = keepLease(deliveries, leaseToken)
    try {
      const outcome = await attemptEvents(
        connector,
        deliveries.map((delivery) => delivery.event),
        abort.signal,
      )
      if (outcome.threw !== undefined) events.emit('connector:threw', { destination, errorName: outcome.threw })
      const now = clock.now()
      const context = { now, policy, random }
      const attempted = deliveries.map((delivery, index) => {
        const result = outcome.results[index]
        if (result === undefined) throw new Error('A delivery without a result.')
        return { delivery, result, decision: decide(result, delivery, context) }
      })
      const decisions = gate.apply(attempted, isProbe)
      await settle(decisions, leaseToken)
      for (const one of decisions) events.emit('delivery:attempted', toAttempted(destination, one, now))
    } finally {
      renewal.cancel()
      events.emit('batch:finished', { destination, size: deliveries.length, durationMs: clock.now() - startedAt })
    }
  }

  /** Tries until the store takes it: what the destination has said must not be forgotten because the disk is full. */
  async function settle(
    attempted: readonly { delivery: ClaimedDelivery; decision: Decision }[],
    leaseToken: string,
  ): Promise<void> {
    const settlements = attempted.map(({ delivery, decision }) => ({ deliveryId: delivery.id, verdict: decision.verdict }))
    for (;;) {
      try {
        const { stale } = await store.settle({ leaseToken, now: clock.now(), settlements })
        if (stale > 0) events.emit('settle:stale', { destination, count: stale })
        return
      } catch (error) {
        events.emit('settle:failed', { destination, code: errorCodeOf(error) })
        if (abort.signal.aborted) return
        await new Promise<void>((resolve) => {
          clock.setTimeout(resolve, storeRetryMs)
        })
      }
    }
  }

  function keepLease(deliveries: readonly ClaimedDelivery[], leaseToken: string): Timer {
    let next: Timer
    const deliveryIds = deliveries.map((delivery) => delivery.id)
    const renew = (): void => {
      store.renew({ deliveryIds, leaseToken, leaseUntil: clock.now() + leaseMs }).catch((error: unknown) => {
        events.emit('settle:failed', { destination, code: errorCodeOf(error) })
      })
      next = clock.setTimeout(renew, renewEveryMs)
    }
    next = clock.setTimeout(renew, renewEveryMs)
    return { cancel: () => next.cancel() }
  }

  return {
    destination,
    status: gate.status,
    start: () => void pump(),
    notify(count) {
      fresh += count
      if (fresh >= batchSize) void pump()
      else wakeAt(clock.now() + lingerMs)
    },
    async stop(signal) {
      isStopping = true
      timer?.timer.cancel()
      signal.addEventListener('abort', () => abort.abort(), { once: true })
      if (signal.aborted) abort.abort()
      await Promise.all(inFlight)
    },
  }
}
