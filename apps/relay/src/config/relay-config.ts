import type { Connector } from '@subtotal-connectors/core'
import type { SubtotalApi } from '@subtotal-connectors/subtotal-api'
import type { AlertSettings } from '../alerts/alert.ts'
import type { LaneSettings } from '../delivery/lane-settings.ts'
import type { EncryptionKeys } from '../encryption/encryption-keys.ts'
import type { EnrichmentSettings } from '../enrichment/enrichment-settings.ts'
import type { RetentionSettings } from '../retention/retention-settings.ts'

/** Everything the relay needs to know, checked and with the defaults filled in. Made by `loadConfig`. */
export interface RelayConfig {
  readonly host: string
  /** 0 lets the operating system choose. */
  readonly port: number
  /** One of pino's levels, or `silent`. */
  readonly logLevel: string
  /** `sqlite:` and an absolute path, or `postgres://user:password@host/database`. */
  readonly store: string
  /** Of a PostgreSQL store: the most connections at once, and where relays hear of each other, a URL or `off`. Defaults: 10, `store`. */
  readonly storeConnections?: number
  readonly storeListen?: string
  /** The largest webhook body taken, in bytes. */
  readonly bodyLimitBytes: number
  /** Less room on the store's disk than this, in bytes, and webhooks are answered 503; default 512 MiB, or 5 % of a smaller disk. */
  readonly minFreeBytes?: number
  /** Where alerts go; none by default. */
  readonly alerts?: AlertSettings
  /** Opens the admin API for reading and writing. */
  readonly adminToken?: string
  /** Opens the admin API for reading, with people's data masked. */
  readonly viewerToken?: string
  /** Each of them is accepted, so that a secret can be changed without refusing webhooks. */
  readonly signingSecrets: readonly string[]
  /** How far a webhook's timestamp may be from now, in both directions, in milliseconds. */
  readonly signatureToleranceMs: number
  /** By the destination's name. */
  readonly destinations: Readonly<Record<string, Connector>>
  /** What differs from a lane's defaults, by the destination's name. */
  readonly lanes?: Readonly<Record<string, LaneSettings>>
  /** Subtotal's own API; the relay closes it when it stops. Without it nothing is read from Subtotal. */
  readonly subtotal?: SubtotalApi
  /** How long what is stored is kept, where that is not the default. */
  readonly retention?: Partial<RetentionSettings>
  /** With what people's data in the store is sealed; by default it is stored as it is. */
  readonly encryption?: EncryptionKeys
  /** What of an event is fetched from Subtotal when its webhook left it out. Default: everything, with `subtotal`. */
  readonly enrichment?: EnrichmentSettings
}
