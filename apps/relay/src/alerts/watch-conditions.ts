import type { Clock } from '../clock/clock.ts'
import type { RelayEvents } from '../observability/relay-events.ts'
import type { StoreStats } from '../store/store.ts'
import type { AlertBook } from './alert-book.ts'

/** Enough wrong signatures that it is no single stray request. */
const manyRefusals = 20
const refusalsWithinMs = 300_000
const quietQuarantineMs = 3_600_000
const failedStoreMs = 60_000
const longHoldMs = 300_000
const msPerSecond = 1_000
const heldBack =
  'For over 5 minutes PostgreSQL could not remove what is no longer current, and deliveries get slow. End what holds it back: see pg_stat_activity (xact_start), pg_prepared_xacts and pg_replication_slots (xmin).'

/** What is watched, and with what. */
export interface WatchOptions {
  readonly book: AlertBook
  readonly events: RelayEvents
  readonly clock: Clock
  readonly maxDueMs: number
}

/** Enters into the book what the relay's events tell. The returned function enters what only the store and the time can tell. */
export function watchConditions({ book, events, clock, maxDueMs }: WatchOptions): (stats: StoreStats | undefined) => void {
  let refusals: number[] = []
  let quarantinedAt: number | undefined
  let storedAt: number | undefined
  let failedAt: number | undefined

  events.on('lane:changed', ({ destination, state, code }) => {
    const condition = { alert: 'lane_blocked', destination } as const
    if (state === 'blocked') {
      book.raise({ ...condition, message: `${destination} takes no events (${code ?? 'unknown'}); they wait.` }, clock.now())
    } else if (state === 'running') {
      book.clear(condition)
    }
  })
  events.on('enrichment:changed', ({ state, code }) => {
    if (state === 'blocked') {
      const message = `Subtotal's API refuses the relay (${code ?? 'unknown'}); what is to be completed from it waits.`
      book.raise({ alert: 'enrichment_blocked', message }, clock.now())
    } else if (state === 'running') {
      book.clear({ alert: 'enrichment_blocked' })
    }
  })
  events.on('webhook:refused', () => {
    refusals.push(clock.elapsed())
    if (refusals.length > manyRefusals) refusals.shift()
  })
  events.on('webhook:quarantined', () => {
    quarantinedAt = clock.elapsed()
    book.raise({ alert: 'quarantine_growing', message: 'Webhooks come that are not understood; they are kept.' }, clock.now())
  })
  events.on('commit:failed', ({ code, remedy }) => {
    failedAt = clock.elapsed()
    const message = `Webhooks cannot be stored (${code}); Subtotal is asked to send them again.${remedy === undefined ? '' : ` ${remedy}`}`
    book.raise({ alert: 'store_unavailable', message }, clock.now())
  })
  events.on('commit:finished', () => {
    storedAt = clock.elapsed()
  })

  function lookAtDue(stats: StoreStats): void {
    for (const { destination, nextDueAt } of stats.destinations) {
      const condition = { alert: 'oldest_due', destination } as const
      const isLate = nextDueAt !== null && clock.now() - nextDueAt > maxDueMs
      const message = `A delivery to ${destination} has been due for over ${maxDueMs / msPerSecond} s.`
      if (isLate) book.raise({ ...condition, message }, clock.now())
      else book.clear(condition)
    }
  }

  function lookAtHold({ heldBackMs }: StoreStats): void {
    const condition = { alert: 'cleanup_held_back' } as const
    if (heldBackMs !== null && heldBackMs > longHoldMs) book.raise({ ...condition, message: heldBack }, clock.now())
    else book.clear(condition)
  }

  function lookAtKeys({ missingKeys }: StoreStats): void {
    const condition = { alert: 'encryption_key_missing' } as const
    const message = `Other relays seal with ${missingKeys.join(', ')}, which a relay does not have: it leaves to them what it cannot read. Add it to RELAY_ENCRYPTION_KEY and start it again.`
    if (missingKeys.length > 0) book.raise({ ...condition, message }, clock.now())
    else book.clear(condition)
  }

  return (stats) => {
    const now = clock.elapsed()
    refusals = refusals.filter((at) => now - at < refusalsWithinMs)
    if (refusals.length >= manyRefusals) {
      const message = `${manyRefusals} or more webhooks within 5 minutes had a wrong signature or timestamp.`
      book.raise({ alert: 'signature_failures', message }, clock.now())
    } else if (refusals.length === 0) {
      book.clear({ alert: 'signature_failures' })
    }
    if (quarantinedAt !== undefined && now - quarantinedAt >= quietQuarantineMs) book.clear({ alert: 'quarantine_growing' })
    if (failedAt !== undefined && ((storedAt ?? -1) > failedAt || now - failedAt >= failedStoreMs)) {
      book.clear({ alert: 'store_unavailable' })
    }
    if (stats === undefined) return
    lookAtDue(stats)
    lookAtHold(stats)
    lookAtKeys(stats)
  }
}
