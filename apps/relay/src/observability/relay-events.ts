import { EventEmitter } from 'node:events'
import type { LaneStatus } from '../delivery/lane-status.ts'

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
  'commit:failed': [{ readonly size: number; readonly code: string }]
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
  'settle:failed': [{ readonly destination: string; readonly code: string }]
  'lane:changed': [LaneStatus]
  'lane:failed': [{ readonly destination: string; readonly code: string }]
  'connector:threw': [{ readonly destination: string; readonly errorName: string }]
  'replay:started': [{ readonly replayId: string; readonly actor: string; readonly planned: number }]
  'replay:finished': [{ readonly replayId: string }]
  'replay:failed': [{ readonly destination: string; readonly code: string }]
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
