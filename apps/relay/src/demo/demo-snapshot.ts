/** What one destination of the demo has got so far. */
interface DestinationSnapshot {
  readonly name: string
  /** Recorded by the mock destination. */
  readonly delivered: number
  /** Sent, and not yet recorded by the mock destination. */
  readonly waiting: number
  /** Failed attempts that are tried again, by the relay's count. */
  readonly retried: number
  /** Dead letters, by the relay's count. */
  readonly dead: number
}

/** What the invented customers have done. */
export interface Happenings {
  readonly linked: number
  readonly bought: number
  readonly lostLogin: number
  readonly loggedInAgain: number
  readonly unlinked: number
}

/** How far the demo is. */
export interface DemoSnapshot {
  readonly elapsedMs: number
  readonly happenings: Happenings
  /** Webhooks that Subtotal has posted to the relay. */
  readonly sent: number
  /** Those that the relay answered with 202. */
  readonly received: number
  /** Webhooks that the relay did not understand. */
  readonly quarantined: number
  readonly destinations: readonly DestinationSnapshot[]
}
