import { randomUUID } from 'node:crypto'
import type { Clock } from '../clock/clock.ts'
import { createSteadyClock } from '../clock/steady-clock.ts'
import { createPump } from '../delivery/pump.ts'
import { errorCodeOf } from '../observability/error-code-of.ts'
import type { RelayEvents } from '../observability/relay-events.ts'
import type { ClaimedEnrichment, EnrichmentStore } from '../store/enrichment-store.ts'
import type { Completion, EnrichmentApi } from './complete-event.ts'
import { completeEvent } from './complete-event.ts'
import { createEnrichmentGate } from './enrichment-gate.ts'
import type { EnrichmentSettings } from './enrichment-settings.ts'
import type { EnrichmentStatus } from './enrichment-status.ts'
import { createSubtotalCalls } from './subtotal-calls.ts'

/** Completes the events that wait for it, and lets their deliveries go. */
export interface Enricher {
  status(): EnrichmentStatus
  /** Begins with what is stored. */
  start(): void
  /** Something new may wait. */
  notify(): void
  /** Ends the calls at once and resolves when the store knows; what still waits goes on at the next start. */
  stop(signal: AbortSignal): Promise<void>
}

/** What an enricher works with. */
export interface EnricherOptions {
  readonly store: EnrichmentStore
  /** Without it nothing is fetched: what can be delivered is, and what cannot is a dead letter. */
  readonly api: EnrichmentApi | undefined
  readonly settings: EnrichmentSettings
  readonly events: RelayEvents
  readonly clock: Clock
  readonly random?: () => number
  /** So many deliveries of each destination are due now; others may be that waited for them. */
  readonly onDue: (counts: ReadonlyMap<string, number>) => void
}

/** Events in memory at once. */
const batchSize = 50
/** Longer than the calls for one event, and for those before it. */
const leaseMs = 300_000
const lingerMs = 20
/** What comes in meanwhile is looked at together. */
const gatherMs = 100
const storeRetryMs = 1_000

interface Settling {
  readonly enrichment: ClaimedEnrichment
  readonly completion: Completion
}

/** An enricher that does nothing until started. */
export function createEnricher(options: EnricherOptions): Enricher {
  const { store, api, settings, events, random = Math.random, onDue } = options
  const clock = createSteadyClock(options.clock)
  const startedAt = options.clock.now()
  const leaseToken = randomUUID()
  const gate = createEnrichmentGate({
    clock: options.clock,
    random,
    onChange: (status) => events.emit('enrichment:changed', status),
  })
  const abort = new AbortController()
  const calls = createSubtotalCalls({ api, gate, events, clock, signal: abort.signal })
  const inFlight = new Map<string, Promise<void>>()
  let settling: Settling[] = []
  let settled: Promise<void> | undefined
  let isStopping = false

  const pump = createPump({
    clock,
    takeDue: claimAll,
    sleep,
    onFailure: (error) => events.emit('enrichment:stuck', { code: errorCodeOf(error) }),
  })

  /** How many may be taken up, and which. */
  function places(): { readonly room: number; readonly onlyExpired: boolean } {
    const onlyExpired = gate.opensInMs() > 0
    const most = !onlyExpired && gate.isProbing() ? 1 : batchSize
    return { room: isStopping ? 0 : most - inFlight.size, onlyExpired }
  }

  async function claimAll(): Promise<void> {
    for (;;) {
      const { room, onlyExpired } = places()
      if (room <= 0) return
      const now = clock.now()
      const claimed = await store.claimEnrichments({ now, limit: room, leaseUntil: now + leaseMs, leaseToken, onlyExpired })
      const taken = claimed.filter(({ id }) => !inFlight.has(id))
      for (const enrichment of taken) inFlight.set(enrichment.id, track(enrichment))
      if (taken.length === 0) return
    }
  }

  async function sleep(): Promise<void> {
    // What is in flight pumps when it is settled.
    if (places().room <= 0) return
    const next = await store.nextEnrichment()
    if (next === null) return
    const now = clock.now()
    const opensInMs = gate.opensInMs()
    // What has waited long enough may still be in flight.
    if (opensInMs > 0) pump.wakeIn(Math.max(storeRetryMs, Math.min(opensInMs, next.expiresAt - now)))
    else pump.wakeIn(Math.max(lingerMs, next.dueAt - now))
  }

  /** What fails against all expectation is tried again when its lease ends. */
  async function track(enrichment: ClaimedEnrichment): Promise<void> {
    try {
      await work(enrichment)
    } catch (error) {
      events.emit('enrichment:stuck', { code: errorCodeOf(error) })
      inFlight.delete(enrichment.id)
    }
  }

  async function work(enrichment: ClaimedEnrichment): Promise<void> {
    const { reason } = gate.status()
    const isFirst = enrichment.attempts === 0
    const completion = await completeEvent(enrichment, {
      now: clock.now(),
      random,
      settings,
      hasApi: api !== undefined,
      isOpen: gate.opensInMs() === 0,
      holdReason: reason,
      purchase: (purchaseId, connectionId) => calls.purchase(purchaseId, { connectionId, isFirst }),
      contact: (connectionId) => calls.contact(connectionId, { isFirst }),
    })
    settling.push({ enrichment, completion })
    settled ??= settle()
  }

  /** Records together what came in while the store was at work. */
  async function settle(): Promise<void> {
    while (settling.length > 0) {
      await new Promise((resolve) => setImmediate(resolve))
      const batch = settling
      settling = []
      await record(batch)
      for (const { enrichment } of batch) inFlight.delete(enrichment.id)
    }
    settled = undefined
    pump.run()
  }

  /** Tries until the store takes it. */
  async function record(batch: readonly Settling[]): Promise<void> {
    for (;;) {
      try {
        const settlements = batch.map(({ completion }) => completion.settlement)
        const done = await store.settleEnrichments({ now: options.clock.now(), leaseToken, settlements })
        tell(batch, new Map(done.map(({ id, destinations }) => [id, destinations])))
        return
      } catch (error) {
        events.emit('enrichment:stuck', { code: errorCodeOf(error) })
        if (abort.signal.aborted) return
        await new Promise<void>((resolve) => {
          const retry = clock.setTimeout(resolve, storeRetryMs)
          abort.signal.addEventListener(
            'abort',
            () => {
              retry.cancel()
              resolve()
            },
            { once: true },
          )
        })
      }
    }
  }

  function tell(batch: readonly Settling[], changed: ReadonlyMap<string, readonly string[]>): void {
    const due = new Map<string, number>()
    for (const { enrichment, completion } of batch) {
      const { event, waitingSince, attempts } = enrichment
      const { verdict } = completion.settlement
      const destinations = changed.get(enrichment.id) ?? []
      if (verdict.status === 'retry') {
        const { isAttempt, error } = verdict
        if (isAttempt) events.emit('enrichment:failed', { eventId: event.id, code: error?.code ?? '', attempt: attempts + 1 })
        continue
      }
      if (verdict.status === 'done') for (const name of destinations) due.set(name, (due.get(name) ?? 0) + 1)
      events.emit('enrichment:finished', {
        eventId: event.id,
        eventType: event.type,
        outcome: outcomeOf(completion),
        code: verdict.status === 'dead' ? verdict.code : (completion.failure?.code ?? null),
        destinations,
        waitedMs: Math.max(0, options.clock.now() - waitingSince),
      })
    }
    onDue(due)
  }

  return {
    status() {
      if (api !== undefined && (settings.purchases || settings.contacts)) return gate.status()
      return { state: 'off', reason: null, code: null, since: startedAt, until: null }
    },
    start: pump.run,
    notify: () => pump.wakeIn(gatherMs),
    async stop(signal) {
      isStopping = true
      pump.stop()
      abort.abort()
      while (!signal.aborted && (inFlight.size > 0 || settled !== undefined)) {
        await Promise.all(inFlight.values())
        await settled
      }
    },
  }
}

function outcomeOf({ settlement, failure }: Completion): 'completed' | 'as_it_is' | 'dead' {
  if (settlement.verdict.status === 'dead') return 'dead'
  const isWhole = failure === undefined && (settlement.found.purchase !== undefined || settlement.found.contact !== undefined)
  return isWhole ? 'completed' : 'as_it_is'
}
