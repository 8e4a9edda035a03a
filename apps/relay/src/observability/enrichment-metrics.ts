import type { Registry } from 'prom-client'
import { Counter, Gauge, Histogram } from 'prom-client'
import type { EnrichmentState, EnrichmentStatus } from '../enrichment/enrichment-status.ts'
import type { StoreStats } from '../store/store.ts'
import type { RelayEvents } from './relay-events.ts'

/** From at once to the longest that a purchase waits. */
const waitBuckets = [0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 1_800, 3_600, 43_200, 259_200]
const callBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 60]
const states: readonly EnrichmentState[] = ['off', 'running', 'backing_off', 'blocked']
const msPerSecond = 1_000

/** Counts the calls of Subtotal's API and what became of the events that waited for them. */
export function countEnrichments(events: RelayEvents, registry: Registry): void {
  const registers = [registry]
  const finished = new Counter({
    name: 'relay_enrichments_total',
    help: 'Events that waited to be completed, by what became of them.',
    labelNames: ['outcome', 'code'],
    registers,
  })
  const waited = new Histogram({
    name: 'relay_enrichment_wait_seconds',
    help: 'How long events waited to be completed.',
    buckets: waitBuckets,
    registers,
  })
  const failures = new Counter({
    name: 'relay_enrichment_retries_total',
    help: 'Events that could not be completed yet and are tried again.',
    labelNames: ['code'],
    registers,
  })
  const calls = new Histogram({
    name: 'relay_subtotal_call_seconds',
    help: "Calls of Subtotal's API for events, with the client's own retries; the code is empty for those that were answered.",
    labelNames: ['call', 'code'],
    buckets: callBuckets,
    registers,
  })
  events.on('enrichment:finished', ({ outcome, code, waitedMs }) => {
    finished.inc({ outcome, code: code ?? '' })
    waited.observe(waitedMs / msPerSecond)
  })
  events.on('enrichment:failed', ({ code }) => failures.inc({ code }))
  events.on('subtotal:called', ({ call, code, durationMs }) => calls.observe({ call, code }, durationMs / msPerSecond))
}

/** What waits now, and whether it goes on. */
export function enrichmentGauges(registry: Registry): (stats: StoreStats, status: EnrichmentStatus, now: number) => void {
  const registers = [registry]
  const waiting = new Gauge({ name: 'relay_enrichments_waiting', help: 'Events that wait to be completed.', registers })
  const oldest = new Gauge({
    name: 'relay_enrichment_oldest_seconds',
    help: 'How long the first of them has waited.',
    registers,
  })
  const state = new Gauge({
    name: 'relay_enrichment_state',
    help: '1 for the state that the completion of events is in.',
    labelNames: ['state'],
    registers,
  })
  return ({ enrichments }, status, now) => {
    waiting.set(enrichments.waiting)
    oldest.set(enrichments.oldestSince === null ? 0 : Math.max(0, (now - enrichments.oldestSince) / msPerSecond))
    for (const one of states) state.set({ state: one }, one === status.state ? 1 : 0)
  }
}
