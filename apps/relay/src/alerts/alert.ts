/** What an alert is about. */
type AlertName =
  | 'lane_blocked'
  | 'enrichment_blocked'
  | 'oldest_due'
  | 'quarantine_growing'
  | 'signature_failures'
  | 'store_unavailable'
  | 'cleanup_held_back'
  | 'encryption_key_missing'

/** Where alerts go, and what is one. */
export interface AlertSettings {
  /** Gets a POST of an {@link AlertMessage}. May hold a token: never logged. */
  readonly url: string
  /** How long a delivery may be due before that is an alert, in milliseconds. */
  readonly maxDueMs: number
}

/** A condition that a person should know of. */
export interface Condition {
  readonly alert: AlertName
  /** The destination it concerns, if one. */
  readonly destination?: string
  /** A sentence for people, without people's data. */
  readonly message: string
}

/** What is posted: once when a condition begins, and once when it is over. */
export interface AlertMessage extends Condition {
  readonly state: 'raised' | 'over'
  /** When the condition began, ISO 8601. */
  readonly since: string
}
