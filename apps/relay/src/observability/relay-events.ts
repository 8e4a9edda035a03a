import { EventEmitter } from 'node:events'
import type { LaneStatus } from '../delivery/lane-status.ts'
import type { EnrichmentStatus } from '../enrichment/enrichment-status.ts'
import type { SchemaChange } from '../store/schema-change.ts'
import type { StoreFailure } from '../store/store-failure.ts'

/** How a webhook was answered. */
export type WebhookResult =
  | 'stored'
  | 'duplicate'
  | 'quarantined'
  | 'ignored'
  | 'too_large'
  | 'unsupported'
  | 'unauthorized'
  | 'unavailable'

/** What happens in the relay, by name. Logs and metrics are made from these; nothing in them holds a secret or a person's data. */
export interface RelayEventMap {
  'store:migrating': [SchemaChange]
  /** Other relays of the store seal with a key that this one does not have. */
  'store:key-missing': [{ readonly keyId: string }]
  'relay:listening': [{ readonly url: string }]
  'relay:stopping': []
  'relay:stopped': []
  'webhook:answered': [
    { readonly result: WebhookResult; readonly durationMs: number; readonly eventId?: string; readonly eventType?: string },
  ]
  'webhook:refused': [{ readonly code: string }]
  'webhook:verified': [{ readonly secretIndex: number }]
  'webhook:changed': [{ readonly eventId: string }]
  'webhook:quarantined': [
    { readonly id: string; readonly reason: string; readonly fields: readonly string[]; readonly isFirstOfReason: boolean },
  ]
  'commit:started': [{ readonly size: number }]
  'commit:finished': [{ readonly size: number; readonly stored: number; readonly durationMs: number }]
  'commit:failed': [StoreFailure & { readonly size: number }]
  'batch:started': [{ readonly destination: string; readonly size: number }]
  'batch:finished': [{ readonly destination: string; readonly size: number; readonly durationMs: number }]
  'delivery:attempted': [
    {
      readonly destination: string
      readonly deliveryId: string
      readonly eventId: string
      readonly eventType: string
      /** Counts from 1. */
      readonly attempt: number
      /** What the connector said: `delivered`, `skipped`, `rejected`, `blocked`, or why to retry. */
      readonly outcome: string
      /** What becomes of the delivery. */
      readonly status: 'delivered' | 'skipped' | 'dead' | 'retry' | 'held'
      readonly code: string | null
      readonly message: string | null
      readonly isUnknown: boolean
      /** From when it became pending. */
      readonly ageMs: number
      readonly warnings: readonly string[]
    },
  ]
  'settle:stale': [{ readonly destination: string; readonly count: number }]
  'settle:failed': [StoreFailure & { readonly destination: string }]
  'lane:changed': [LaneStatus]
  'lane:failed': [StoreFailure & { readonly destination: string }]
  'connector:threw': [{ readonly destination: string; readonly errorName: string }]
  'replay:started': [{ readonly replayId: string; readonly actor: string; readonly planned: number }]
  'replay:finished': [{ readonly replayId: string }]
  'replay:failed': [{ readonly destination: string; readonly code: string }]
  /** Late identifiers could not be looked at; tried again. */
  'identity:failed': [{ readonly code: string }]
  'import:started': [{ readonly importId: string; readonly actor: string }]
  /** A page was read: purchases that are stored now (of a dry run: would be), those that were known, and those refused. */
  'import:advanced': [{ readonly importId: string; readonly stored: number; readonly known: number; readonly refused: number }]
  'import:finished': [{ readonly importId: string }]
  /** Nothing can be read from Subtotal until a person does something. */
  'import:held': [{ readonly code: string }]
  'import:resumed': []
  'import:failed': [{ readonly importId: string; readonly code: string }]
  /** An event that waited for it goes on: its deliveries to these destinations are due, or dead letters. */
  'enrichment:finished': [
    {
      readonly eventId: string
      readonly eventType: string
      /** `as_it_is`: given up, and delivered without. */
      readonly outcome: 'completed' | 'as_it_is' | 'dead'
      readonly code: string | null
      readonly destinations: readonly string[]
      readonly waitedMs: number
    },
  ]
  /** A further try follows. */
  'enrichment:failed': [{ readonly eventId: string; readonly code: string; readonly attempt: number }]
  'enrichment:changed': [EnrichmentStatus]
  /** The queue could not be read or written. */
  'enrichment:stuck': [{ readonly code: string }]
  'subtotal:called': [{ readonly call: 'purchase' | 'connection'; readonly code: string; readonly durationMs: number }]
  'erasure:started': [{ readonly erasureId: string; readonly actor: string }]
  'erasure:finished': [{ readonly erasureId: string }]
  /** A step could not be taken; it is tried again. */
  'erasure:failed': [{ readonly code: string }]
  /** `keyId`: of the key that everything is sealed with; `null`: nothing is sealed. */
  'rotation:started': [{ readonly rotationId: string; readonly actor: string; readonly keyId: string | null }]
  'rotation:finished': [{ readonly rotationId: string }]
  'rotation:failed': [{ readonly code: string }]
  /** Events that have only their ledger entry left, events that have nothing left, and quarantined webhooks. */
  'retention:removed': [{ readonly payloads: number; readonly ledger: number; readonly quarantined: number }]
  'retention:failed': [{ readonly code: string }]
  /** What was counted could not be written down. */
  'activity:failed': [{ readonly code: string }]
  'alert:sent': [{ readonly alert: string; readonly state: string }]
  'alert:failed': [{ readonly alert: string; readonly state: string; readonly code: string }]
  'request:failed': [{ readonly path: string; readonly code: string }]
}

/** Tells what happens to whoever listens. Listeners run at once and must not throw. */
export type RelayEvents = EventEmitter<RelayEventMap>

/** A new emitter without a limit of listeners. */
export function createRelayEvents(): RelayEvents {
  return new EventEmitter<RelayEventMap>().setMaxListeners(0)
}
