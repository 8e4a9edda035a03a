import type { Properties, SubtotalEventType } from '@subtotal-connectors/core'

/** One event of a bulk request. Source: https://github.com/Iterable/api-client, src/types/events.ts. */
export interface IterableEvent {
  /** This or `userId`, never both. */
  readonly email?: string
  /** The brand's own id of the customer. */
  readonly userId?: string
  readonly eventName: string
  /** A known one updates its event instead of making another. */
  readonly id: string
  /** Unix seconds. */
  readonly createdAt: number
  readonly dataFields: Properties
}

/** The event's name at Iterable, by type; ours, none is published. */
export const iterableEventNames: Readonly<Record<SubtotalEventType, string>> = {
  'purchase.created': 'subtotal_purchase',
  'account.connected': 'subtotal_account_connected',
  'connection.reauthenticated': 'subtotal_connection_reauthenticated',
  'account.disconnected': 'subtotal_account_disconnected',
  'connection.unauthenticated': 'subtotal_connection_unauthenticated',
  'profile.created': 'subtotal_profile_created',
  'profile.updated': 'subtotal_profile_updated',
}
