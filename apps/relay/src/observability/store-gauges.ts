import type { Registry } from 'prom-client'
import { Gauge } from 'prom-client'

/** What is known of the store's surroundings; `null`: nothing. */
export interface StoreSurroundings {
  readonly freeBytes: number | null
  readonly heldBackMs: number | null
  readonly missingKeys: number
}

const msPerSecond = 1_000

/** Gauges that are there while their value is known. */
export function storeGauges(registry: Registry): (surroundings: StoreSurroundings) => void {
  const free = gauge(registry, 'relay_disk_free_bytes', "Room on the store's disk; absent where it is not known.")
  const held = gauge(
    registry,
    'relay_store_held_back_seconds',
    'For how long a transaction or a replica has kept PostgreSQL from cleaning up; absent where it is not known.',
  )
  const missing = gauge(
    registry,
    'relay_store_missing_keys',
    'Keys that other relays of the store seal with and this one does not have.',
  )
  return ({ freeBytes, heldBackMs, missingKeys }) => {
    missing(missingKeys)
    free(freeBytes)
    held(heldBackMs === null ? null : heldBackMs / msPerSecond)
  }
}

function gauge(registry: Registry, name: string, help: string): (value: number | null) => void {
  const known = new Gauge({ name, help, registers: [] })
  return (value) => {
    if (value === null) return registry.removeSingleMetric(name)
    registry.registerMetric(known)
    known.set(value)
  }
}
