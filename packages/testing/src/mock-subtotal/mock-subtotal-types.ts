/** A linked account as the mock has it. */
export interface MockConnection {
  readonly id: string
  readonly customerId: string | null
  readonly retailer: string
  readonly email: string | null
  readonly mobile: string | null
  readonly status: 'initialized' | 'active' | 'unauthenticated' | 'disconnected'
  readonly isSimulated: boolean
}

/** A purchase as the mock has it; its items are made when they are asked for. */
export interface MockPurchase {
  readonly id: string
  readonly connectionId: string
  /** ISO 8601 UTC. */
  readonly date: string
  /** What its basket is made of. */
  readonly seed: number
}

/** A webhook destination as the mock has it. */
export interface MockWebhook {
  readonly id: string
  readonly name: string
  readonly url: string
  readonly isActive: boolean
  readonly eventTypes: readonly string[]
  readonly receivesSimulatedEvents: boolean
  readonly purchaseDateStart: string | null
  readonly purchaseDateEnd: string | null
  readonly createdAt: string
  readonly signingSecret: string
}

/** An event that webhooks are sent for. */
export interface MockEvent {
  readonly id: string
  readonly type: string
  /** JSON, the same in every attempt. */
  readonly body: string
  readonly connectionId: string
  readonly purchaseId: string | null
  /** The purchase's date. */
  readonly purchaseDate: string | null
  readonly isSimulated: boolean
}

/** One POST of an event to a webhook's URL. */
export interface MockAttempt {
  readonly eventId: string
  readonly type: string
  readonly webhookId: string
  /** From 1. */
  readonly number: number
  /** When it began, in milliseconds since 1970. */
  readonly startedAt: number
  /** What the receiver answered; `null`: nothing within ten seconds. */
  readonly status: number | null
}

/** A request that changed something on the account. */
export interface SubtotalChange {
  /** `POST /webhooks`. */
  readonly call: string
  /** The id of what was changed. */
  readonly id: string
}
