import type { SubtotalEventType } from '@subtotal-connectors/core'

/** Klaviyo's metric for each event. Source: https://docs.subtotal.com/docs/integrations/klaviyo/event-types. */
export const metricNames: Readonly<Record<SubtotalEventType, string>> = {
  'purchase.created': 'Purchased at Retailer',
  'account.connected': 'Connected an Account',
  'connection.reauthenticated': 'Reauthenticated Connection',
  'account.disconnected': 'Disconnected an Account',
  'connection.unauthenticated': 'Unauthenticated Connection',
  'profile.created': 'Profile Created',
  'profile.updated': 'Profile Updated',
}
