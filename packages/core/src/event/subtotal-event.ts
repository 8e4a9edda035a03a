/** The seven kinds of event, in the order of a connection's life. */
export const subtotalEventTypes = [
  'purchase.created',
  'account.connected',
  'connection.reauthenticated',
  'account.disconnected',
  'connection.unauthenticated',
  'profile.created',
  'profile.updated',
] as const

/** What happened, in this project's words; the webhook's own names are in {@link SubtotalEvent}'s members. */
export type SubtotalEventType = (typeof subtotalEventTypes)[number]

/** The brand's customer as Subtotal's connection knows them. This, and nothing else, identifies a person. */
export interface Customer {
  /** The brand's own id for the customer, given when the account was linked. */
  readonly id: string | null
  /** As given at link time; not normalised here. */
  readonly email: string | null
  /** As given at link time; not normalised here. */
  readonly mobile: string | null
}

/** The linked retailer account. */
export interface Connection {
  /** Subtotal's id of the connection, a ULID. */
  readonly id: string
  /** Subtotal's id of the retailer: `walmart`, or an opaque string of up to 26 characters in older data. */
  readonly retailer: string | null
}

/** What an item of a purchase is. */
export interface Product {
  readonly id: string | null
  readonly name: string | null
  readonly description: string | null
  /** A slug: `diet-coke`. */
  readonly brand: string | null
  /** Digits with their leading zeros: a string, never a number. */
  readonly upc: string | null
}

/** One line of a purchase. */
export interface PurchaseItem {
  readonly id: string | null
  /** Units bought; 1 when the webhook does not say. */
  readonly quantity: number
  /** Price of one unit, a decimal string. */
  readonly price: string | null
  readonly product: Product
}

/** A purchase at a retailer. Money is a decimal string in the currency of the purchase, which Subtotal does not name. */
export interface Purchase {
  /** Subtotal's id of the purchase, a ULID. */
  readonly id: string
  /** As sent, ISO 8601. */
  readonly date: string | null
  readonly total: string | null
  readonly tax: string | null
  /** Before tax. */
  readonly subtotal: string | null
  /** From the webhook, else the sum of the items' quantities. */
  readonly itemCount: number
  readonly items: readonly PurchaseItem[]
  /** As sent; its values are not documented. */
  readonly status: string | null
}

/**
 * Identity and purchase figures of a linked retailer account. Its `email` and `mobile` are those of the account at the retailer:
 * data, never the identity of the brand's customer. Source: the twelve fields of Subtotal's Klaviyo table.
 */
export interface Profile {
  readonly connection_id: string
  readonly first_name: string | null
  readonly last_name: string | null
  readonly email: string | null
  readonly mobile: string | null
  readonly postal_code: string | null
  /** When the account at the retailer was made, ISO 8601. */
  readonly account_created_date: string | null
  /** All purchases on the account. */
  readonly total_purchases: number | null
  readonly last_purchase_date: string | null
  /** Those with a product of the brand. */
  readonly brand_purchases: number | null
  readonly last_brand_purchase_date: string | null
  /** `brand_purchases` ÷ `total_purchases`, 0 to 1. */
  readonly brand_purchase_rate: number | null
}

/** What every event carries. */
export interface EventBase {
  /** Subtotal's id of the event, usually a ULID; the same in every redelivery. */
  readonly id: string
  /**
   * When it happened, ISO 8601 UTC: the purchase's date; else the time inside the event's ULID; else the time of the
   * webhook's signature; else the receipt. Never after the receipt.
   */
  readonly occurredAt: string
  /** When the webhook came in, ISO 8601 UTC. */
  readonly receivedAt: string
  /** Equal for all that tell of one thing: `purchase.created:<purchase id>` for a purchase, else the event's id. */
  readonly idempotencyKey: string
  readonly customer: Customer
  readonly connection: Connection
  /** Made by Subtotal's event simulator. */
  readonly isSimulated: boolean
  /** A purchase that was older than 72 hours (settable) when its webhook came in. */
  readonly isHistorical: boolean
}

/** A purchase was detected, new or from the account's past. From the webhook `purchase.created`. */
export interface PurchaseCreatedEvent extends EventBase {
  readonly type: 'purchase.created'
  readonly purchase: Purchase
}

/**
 * Something happened to a connection: linked (`connection.activated`), logged in again (`connection.activated` of a known
 * connection), unlinked (`connection.disconnected`, older `connection.deleted`), or in need of a login
 * (`connection.unauthenticated`).
 */
export interface ConnectionEvent extends EventBase {
  readonly type: 'account.connected' | 'connection.reauthenticated' | 'account.disconnected' | 'connection.unauthenticated'
}

/** A profile was captured or has changed. From the webhooks `connection.profile.created` and `connection.profile.updated`. */
export interface ProfileEvent extends EventBase {
  readonly type: 'profile.created' | 'profile.updated'
  readonly profile: Profile
}

/** An event of Subtotal in canonical form, told apart by `type`. */
export type SubtotalEvent = PurchaseCreatedEvent | ConnectionEvent | ProfileEvent
