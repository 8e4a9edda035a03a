import { randomUUID } from 'node:crypto'
import { createSteadyClock } from '../clock/steady-clock.ts'
import { courtesy } from '../ingest/courtesy.ts'
import type { ClaimedDelivery, Verdict } from '../store/store.ts'
import { storeFailureOf } from '../store/store-failure.ts'
import { attemptEvents } from './attempt-events.ts'
import type { Attempted } from './attempted.ts'
import { decide } from './decide.ts'
import type { Lane, LaneOptions } from './lane.ts'
import { ownLaneControl, sharedLaneControl } from './lane-control.ts'
import { createLaneGate } from './lane-gate.ts'
import { lanePolicy, laneRates } from './lane-policy.ts'
import { defaultConcurrency } from './lane-settings.ts'
import { laneTurns } from './lane-turns.ts'
import { createLeaseKeeper, leaseMs } from './lease-keeper.ts'
import { createPump } from './pump.ts'
import { createRateBudget } from './rate-budget.ts'
import { answers, needsCheck, notSent } from './reachability.ts'
import { defaultRetryPolicy } from './retry-policy.ts'
import { createSettler } from './settler.ts'
import { createStoreAbsence } from './store-absence.ts'
import { superseded } from './superseded.ts'
import { toAttempted } from './to-attempted.ts'

const lingerMs = 200
/** What ends an earlier event of a customer elsewhere in the relay makes the next one due, and need not tell its lane. */
const orderedSleepMs = 60_000
/** With each claim. */
const longestCourtesyMs = 1_000
/** Stored bytes of one batch, so that memory is bounded whatever the events' size. */
const maxBatchBytes = 8 * 1024 * 1024

/** A lane that does nothing until started. */
export function createLane(options: LaneOptions): Lane {
  const { destination, connector, store, events, random = Math.random } = options
  const { settings = {} } = options
  const concurrency = settings.concurrency ?? defaultConcurrency
  const policy = lanePolicy(options.policy ?? defaultRetryPolicy, connector, settings)
  const batchSize = connector.limits.maxMessagesPerRequest
  const clock = createSteadyClock(options.clock)
  const { sharing } = store
  const gateClock = sharing === undefined ? options.clock : { ...options.clock, elapsed: () => sharing.now() }
  const budget = createRateBudget(laneRates(connector, settings))
  const gate = createLaneGate({
    destination,
    clock: gateClock,
    budget,
    ...(options.pause === undefined ? {} : { pause: options.pause }),
    onChange: (status) => events.emit('lane:changed', status),
  })
  const control = sharing === undefined ? ownLaneControl : sharedLaneControl(destination, sharing, { gate, budget })
  const leases = createLeaseKeeper({
    store,
    clock,
    onFailure: (error) => events.emit('settle:failed', { destination, ...storeFailureOf(error) }),
  })
  const inFlight = new Set<Promise<void>>()
  const abort = new AbortController()
  const settler = createSettler({
    destination,
    store,
    events,
    now: () => options.clock.now(),
    dueClock: clock,
    signal: abort.signal,
  })
  const turns = laneTurns({
    gate,
    budget,
    clock: gateClock,
    concurrency,
    isShared: sharing !== undefined,
    underWay: () => inFlight.size,
    isBehind: settler.isBehind,
    isStopping: () => isStopping,
  })
  const absence = createStoreAbsence(clock)
  const letPass = courtesy(clock, longestCourtesyMs)
  let isStopping = false
  let fresh = 0
  /** Whether something may have been due that the last look did not claim. */
  let mayBeMore = true
  /** The last claim, as far as stopping must wait for it. */
  let claiming: Promise<unknown> = Promise.resolve()

  const pump = createPump({
    clock,
    takeDue: claimAll,
    sleep,
    onFailure(error) {
      absence.begin()
      events.emit('lane:failed', { destination, ...storeFailureOf(error) })
    },
  })

  /** Others of the store would look in some seconds for what this relay cannot take, or not at once. */
  function leaveToOthers(): void {
    sharing?.tell({ kind: 'due', destination })
  }

  /** Claims batches while any are due and may be sent. */
  async function claimAll(): Promise<void> {
    mayBeMore = true
    if (absence.isAway()) await control.refresh()
    absence.end()
    if (sharing !== undefined && absence.graceMs() > 0) return pump.wakeIn(absence.graceMs())
    let isFull = true
    while (isFull) {
      await leases.renewEnded()
      if (options.ingest?.isBusy() === true) {
        const startedAt = clock.elapsed()
        await letPass(options.ingest)
        if (clock.elapsed() - startedAt > lingerMs) leaveToOthers()
      }
      const taken = control.change(turns.take)
      claiming = taken.catch(() => undefined)
      const turn = await taken
      if (turn === undefined) return turns.isFull() ? leaveToOthers() : undefined
      if (isStopping) return void (await control.record(() => turns.giveBack(turn)))
      fresh = 0
      const now = clock.now()
      const leaseToken = randomUUID()
      const limit = turn.isProbe ? 1 : batchSize
      const claimed = store.claim({ destination, now, limit, maxBytes: maxBatchBytes, leaseUntil: now + leaseMs, leaseToken })
      claiming = claimed.catch(() => undefined)
      const claim = await claimed
      isFull = claim.isFull
      for (const delivery of claim.superseded)
        events.emit('delivery:attempted', toAttempted(destination, superseded(delivery), now))
      if (claim.deliveries.length === 0 || turns.hasClosed(turn)) await control.record(() => turns.giveBack(turn))
      if (claim.deliveries.length === 0) continue
      if (turns.hasClosed(turn)) return track(giveBack(claim.deliveries, leaseToken))
      track(deliver(claim.deliveries, leaseToken, turn.isProbe))
    }
    mayBeMore = false
  }

  async function giveBack(deliveries: readonly ClaimedDelivery[], leaseToken: string): Promise<boolean> {
    const back = deliveries.map(({ id, dueAt }) => ({
      deliveryId: id,
      verdict: { status: 'held', dueAt, code: null, message: null } as const,
    }))
    await settler.settle(back, leaseToken)
    return true
  }

  async function sleep(): Promise<void> {
    if (inFlight.size > 0 && turns.isTaken()) {
      mayBeMore = true
      return
    }
    const dueAt = await store.nextDueAt(destination, clock.now())
    if (dueAt === null && settings.ordering !== 'customer') return
    if (dueAt === null) return pump.wakeIn(orderedSleepMs)
    const paceMs = budget.waitMs(gateClock.elapsed())
    pump.wakeIn(Math.max(dueAt - clock.now(), gate.opensInMs(), paceMs > 0 ? paceMs : lingerMs))
  }

  /** `work`: whether it has left something to be delivered later. */
  function track(work: Promise<boolean>): void {
    const tracked = work
      .catch((error: unknown) => {
        events.emit('lane:failed', { destination, ...storeFailureOf(error) })
        return true
      })
      .then((leavesMore) => {
        inFlight.delete(tracked)
        if (leavesMore && isStopping) leaveToOthers()
        if (leavesMore || mayBeMore) pump.run()
      })
    inFlight.add(tracked)
  }

  async function deliver(deliveries: readonly ClaimedDelivery[], leaseToken: string, isProbe: boolean): Promise<boolean> {
    const startedAt = clock.elapsed()
    events.emit('batch:started', { destination, size: deliveries.length })
    const lease = leases.keep(
      deliveries.map((delivery) => delivery.id),
      leaseToken,
    )
    try {
      const attempted = await attempt(deliveries)
      const now = clock.now()
      const decisions = await control.record(() => gate.apply(attempted, isProbe, now))
      const settlements = decisions.map(({ delivery, decision }) => ({ deliveryId: delivery.id, verdict: decision.verdict }))
      await settler.settle(settlements, leaseToken)
      for (const one of decisions) events.emit('delivery:attempted', toAttempted(destination, one, now))
      // In the order of customers, what has ended may have kept the next one waiting.
      return settings.ordering === 'customer' || settlements.some(({ verdict }) => isOpen(verdict))
    } finally {
      lease.cancel()
      events.emit('batch:finished', { destination, size: deliveries.length, durationMs: clock.elapsed() - startedAt })
    }
  }

  async function attempt(deliveries: readonly ClaimedDelivery[]): Promise<readonly Attempted[]> {
    const mustAnswer = gate.isDoubtful() && needsCheck(connector, deliveries)
    if (mustAnswer && !(await answers(connector, abort.signal))) {
      return deliveries.map((delivery) => notSent(delivery, { now: clock.now(), policy, random }))
    }
    const outcome = await attemptEvents(
      connector,
      deliveries.map((delivery) => delivery.event),
      abort.signal,
    )
    if (outcome.threw !== undefined) events.emit('connector:threw', { destination, errorName: outcome.threw })
    const context = { now: clock.now(), policy, random, mayDieOfAge: gate.status().state === 'running' }
    return deliveries.map((delivery, index) => {
      const result = outcome.results[index]
      if (result === undefined) throw new Error('A delivery without a result.')
      return { delivery, result, decision: decide(result, delivery, context) }
    })
  }

  return {
    destination,
    status: gate.status,
    start: pump.run,
    notify(count) {
      if (isStopping) leaveToOthers()
      fresh += count
      if (fresh >= batchSize) pump.run()
      else pump.wakeIn(lingerMs)
    },
    async pause(reason) {
      const { state, since, reason: before } = gate.status()
      const pausedAt = state === 'paused' ? since : options.clock.now()
      gate.pause({ reason, since: pausedAt })
      try {
        await store.pauseLane({ destination, pausedAt, reason })
        sharing?.tell({ kind: 'lane', destination })
      } catch (error) {
        gate.pause(state === 'paused' ? { reason: before ?? '', since } : undefined)
        pump.run()
        throw error
      }
    },
    async resume() {
      await store.resumeLane(destination)
      await control.record(() => gate.resume())
      sharing?.tell({ kind: 'lane', destination })
      pump.run()
    },
    async look() {
      await control.refresh()
      if (turns.isFull()) {
        mayBeMore = true
        return
      }
      if (turns.isTaken()) return pump.wakeIn(gate.opensInMs())
      const dueAt = await store.nextDueAt(destination, clock.now())
      if (dueAt !== null) pump.wakeIn(dueAt - clock.now())
    },
    async stop(signal) {
      isStopping = true
      pump.stop()
      leaveToOthers()
      signal.addEventListener('abort', () => abort.abort(), { once: true })
      if (signal.aborted) abort.abort()
      await claiming
      while (inFlight.size > 0) await Promise.all(inFlight)
    },
  }
}

function isOpen({ status }: Verdict): boolean {
  return status === 'retry' || status === 'held'
}
