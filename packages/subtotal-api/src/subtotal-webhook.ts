/**
 * A webhook destination of the account: where Subtotal posts events. Its signing secret is never read back.
 *
 * @see https://docs.subtotal.com/docs/api-reference/webhooks/get-webhooks
 */
export interface SubtotalWebhook {
  readonly id: string
  readonly name: string | null
  readonly url: string
  /** `false`: paused. */
  readonly isActive: boolean
  /** `connection.activated`, `purchase.created`, …; Subtotal publishes no list. */
  readonly eventTypes: readonly string[]
  readonly receivesSimulatedEvents: boolean
  /** Only purchases on or after it are sent, `YYYY-MM-DD`. */
  readonly purchaseDateStart: string | null
  /** Only purchases on or before it are sent, `YYYY-MM-DD`. */
  readonly purchaseDateEnd: string | null
  /** ISO 8601. */
  readonly createdAt: string | null
}

/** A webhook just made. */
export interface CreatedWebhook extends SubtotalWebhook {
  /** Shown this once and never again: store it. It never changes; if it is lost, delete the webhook and create another. */
  readonly signingSecret: string
}

/** What a webhook is made of. */
export interface NewWebhook {
  readonly name: string
  /** HTTPS. */
  readonly url: string
  /** At least one. */
  readonly eventTypes: readonly string[]
  /** Default `false`: it starts paused. */
  readonly isActive?: boolean
  /** Default `false`. */
  readonly receivesSimulatedEvents?: boolean
  /** `YYYY-MM-DD`. */
  readonly purchaseDateStart?: string | null
  /** `YYYY-MM-DD`. */
  readonly purchaseDateEnd?: string | null
}

/**
 * What of a webhook can be changed. What is left out stays, `eventTypes` replaces the whole list, and `null` clears a date.
 */
export type WebhookChanges = Partial<NewWebhook>
