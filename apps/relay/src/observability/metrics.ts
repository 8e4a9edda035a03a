import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { LaneStatus, LaneStatuses } from '../delivery/lane-status.ts'
import type { EnrichmentStatus } from '../enrichment/enrichment-status.ts'
import type { StoreStats } from '../store/store.ts'
import { countEnrichments, enrichmentGauges } from './enrichment-metrics.ts'
import type { RelayEvents } from './relay-events.ts'
import { storeGauges } from './store-gauges.ts'

/** Metrics in Prometheus' text format. */
export interface Metrics {
  readonly contentType: string
  read(): Promise<string>
}

/** What metrics are made from. */
export interface MetricsOptions {
  readonly events: RelayEvents
  readonly stats: () => Promise<StoreStats>
  readonly freeBytes: () => Promise<number | null>
  readonly lanes: LaneStatuses
  readonly enrichment: () => EnrichmentStatus
  readonly now: () => number
}

/** From a synced write on a fast disk to Subtotal's limit of 10 seconds for an answer. */
const answerBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
/** From at once to the age at which deliveries are given up. */
const latencyBuckets = [0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 1_800, 7_200, 43_200, 259_200]
const sizeBuckets = [1, 2, 5, 10, 25, 50, 75, 100, 250, 500, 1_000]
const msPerSecond = 1_000

/** Counts what happens; reads what is stored when asked. Labels name destinations, results and codes, never a customer. */
export function createMetrics({ events, stats, freeBytes, lanes, enrichment, now }: MetricsOptions): Metrics {
  const registry = new Registry()
  countIngest(events, registry)
  countDeliveries(events, registry)
  countImports(events, registry)
  countRemoved(events, registry)
  countEnrichments(events, registry)
  const set = stateGauges(registry)
  const setEnrichment = enrichmentGauges(registry)
  const setSurroundings = storeGauges(registry)
  return {
    contentType: registry.contentType,
    async read() {
      const counted = await stats()
      set(counted, lanes(counted), now())
      setEnrichment(counted, enrichment(), now())
      const { heldBackMs, missingKeys } = counted
      setSurroundings({ freeBytes: await freeBytes(), heldBackMs, missingKeys: missingKeys.length })
      return registry.metrics()
    },
  }
}

function countIngest(events: RelayEvents, registry: Registry): void {
  const registers = [registry]
  const requests = new Counter({
    name: 'relay_ingest_requests_total',
    help: 'Webhooks, by how they were answered.',
    labelNames: ['result'],
    registers,
  })
  const answered = new Histogram({
    name: 'relay_ingest_ack_seconds',
    help: 'Time to answer a webhook.',
    buckets: answerBuckets,
    registers,
  })
  const refused = new Counter({
    name: 'relay_ingest_signature_failures_total',
    help: 'Webhooks refused, by reason.',
    labelNames: ['reason'],
    registers,
  })
  const secrets = new Counter({
    name: 'relay_ingest_secret_used_total',
    help: 'Webhooks by the place of the secret that signed them, from 0.',
    labelNames: ['secret_id'],
    registers,
  })
  const duplicates = new Counter({
    name: 'relay_ingest_duplicates_total',
    help: 'Webhooks of events that were known.',
    registers,
  })
  const changed = new Counter({ name: 'relay_ingest_changed_total', help: 'Duplicates with content not seen before.', registers })
  const commit = new Histogram({
    name: 'relay_store_commit_seconds',
    help: 'Time to store a group of events.',
    buckets: answerBuckets,
    registers,
  })
  const group = new Histogram({
    name: 'relay_store_group_size',
    help: 'Events stored together.',
    buckets: sizeBuckets,
    registers,
  })
  const failures = new Counter({ name: 'relay_store_failures_total', help: 'Groups that could not be stored.', registers })
  events.on('webhook:answered', ({ result, durationMs }) => {
    requests.inc({ result })
    answered.observe(durationMs / msPerSecond)
    if (result === 'duplicate') duplicates.inc()
  })
  events.on('webhook:refused', ({ code }) => refused.inc({ reason: code }))
  events.on('webhook:verified', ({ secretIndex }) => secrets.inc({ secret_id: String(secretIndex) }))
  events.on('webhook:changed', () => changed.inc())
  events.on('commit:finished', ({ size, durationMs }) => {
    group.observe(size)
    commit.observe(durationMs / msPerSecond)
  })
  events.on('commit:failed', () => failures.inc())
}

function countDeliveries(events: RelayEvents, registry: Registry): void {
  const registers = [registry]
  const attempts = new Counter({
    name: 'relay_delivery_attempts_total',
    help: 'Attempts, by outcome and code.',
    labelNames: ['destination', 'class', 'code'],
    registers,
  })
  const latency = new Histogram({
    name: 'relay_delivery_latency_seconds',
    help: 'From accepted to confirmed.',
    labelNames: ['destination'],
    buckets: latencyBuckets,
    registers,
  })
  const batch = new Histogram({
    name: 'relay_batch_size',
    help: 'Events in one call of a connector.',
    labelNames: ['destination'],
    buckets: sizeBuckets,
    registers,
  })
  const dead = new Counter({
    name: 'relay_dead_letters_total',
    help: 'Dead letters made, by code.',
    labelNames: ['destination', 'reason'],
    registers,
  })
  const unknown = new Counter({
    name: 'relay_unknown_outcomes_total',
    help: 'Attempts after which the event may have arrived.',
    labelNames: ['destination'],
    registers,
  })
  const stale = new Counter({
    name: 'relay_stale_settle_rejected_total',
    help: 'Results that came after their lease was lost.',
    labelNames: ['destination'],
    registers,
  })
  const replays = new Counter({ name: 'relay_replays_total', help: 'Replays that were started.', registers })
  events.on('replay:started', () => replays.inc())
  events.on('delivery:attempted', ({ destination, outcome, code, status, isUnknown, ageMs }) => {
    attempts.inc({ destination, class: outcome, code: code ?? '' })
    if (status === 'delivered') latency.observe({ destination }, ageMs / msPerSecond)
    if (status === 'dead') dead.inc({ destination, reason: code ?? '' })
    if (isUnknown) unknown.inc({ destination })
  })
  events.on('enrichment:finished', ({ outcome, code, destinations }) => {
    if (outcome === 'dead') for (const destination of destinations) dead.inc({ destination, reason: code ?? '' })
  })
  events.on('batch:started', ({ destination, size }) => batch.observe({ destination }, size))
  events.on('settle:stale', ({ destination, count }) => stale.inc({ destination }, count))
}

function countRemoved(events: RelayEvents, registry: Registry): void {
  const registers = [registry]
  const erasures = new Counter({ name: 'relay_erasures_total', help: 'Erasures that were finished.', registers })
  const removed = new Counter({
    name: 'relay_retention_removed_total',
    help: 'What retention removed: payloads and ledger entries of events, quarantined webhooks.',
    labelNames: ['what'],
    registers,
  })
  events.on('erasure:finished', () => erasures.inc())
  events.on('retention:removed', ({ payloads, ledger, quarantined }) => {
    removed.inc({ what: 'payloads' }, payloads)
    removed.inc({ what: 'ledger' }, ledger)
    removed.inc({ what: 'quarantined' }, quarantined)
  })
}

function countImports(events: RelayEvents, registry: Registry): void {
  const registers = [registry]
  const purchases = new Counter({
    name: 'relay_import_purchases_total',
    help: 'Purchases that imports read from Subtotal, by what became of them.',
    labelNames: ['result'],
    registers,
  })
  const held = new Gauge({
    name: 'relay_imports_held',
    help: '1 while imports wait for a person: the key or its scopes.',
    registers,
  })
  events.on('import:advanced', ({ stored, known, refused }) => {
    purchases.inc({ result: 'new' }, stored)
    purchases.inc({ result: 'known' }, known)
    purchases.inc({ result: 'refused' }, refused)
  })
  events.on('import:held', () => held.set(1))
  events.on('import:resumed', () => held.set(0))
}

function stateGauges(registry: Registry): (stats: StoreStats, lanes: readonly LaneStatus[], now: number) => void {
  const registers = [registry]
  const deliveries = new Gauge({
    name: 'relay_deliveries',
    help: 'Deliveries by state.',
    labelNames: ['destination', 'state'],
    registers,
  })
  const oldest = new Gauge({
    name: 'relay_oldest_due_seconds',
    help: 'How long the first due delivery has waited.',
    labelNames: ['destination'],
    registers,
  })
  const state = new Gauge({
    name: 'relay_lane_state',
    help: '1 for the state that a lane is in.',
    labelNames: ['destination', 'state'],
    registers,
  })
  const paused = new Gauge({
    name: 'relay_paused',
    help: '1 for a lane that does not run, with the code of the reason.',
    labelNames: ['destination', 'reason'],
    registers,
  })
  const rate = new Gauge({
    name: 'relay_rate_factor',
    help: 'Part of the rate budget in use: 1 is all, less after the destination asked for less.',
    labelNames: ['destination'],
    registers,
  })
  const quarantined = new Gauge({ name: 'relay_quarantined', help: 'Webhooks in quarantine.', registers })
  return (stats, lanes, now) => {
    for (const { destination, counts, nextDueAt } of stats.destinations) {
      for (const [status, count] of Object.entries(counts)) deliveries.set({ destination, state: status }, count)
      oldest.set({ destination }, nextDueAt === null ? 0 : Math.max(0, (now - nextDueAt) / msPerSecond))
    }
    state.reset()
    paused.reset()
    rate.reset()
    for (const { destination, state: entered, code, rateFactor } of lanes) {
      state.set({ destination, state: entered }, 1)
      rate.set({ destination }, rateFactor)
      if (entered !== 'running') paused.set({ destination, reason: code ?? '' }, 1)
    }
    quarantined.set(stats.quarantined)
  }
}
