import type { Profile, Purchase, SubtotalEvent } from '@subtotal-connectors/core'

/** What is left of an event without its payload: which it was, when, and whose by the brand's own id. Pure. */
export function toLedgerEntry(event: SubtotalEvent): SubtotalEvent {
  const customer = { id: event.customer.id, email: null, mobile: null }
  if (event.type === 'purchase.created') return { ...event, customer, purchase: { ...emptyPurchase, id: event.purchase.id } }
  if (event.type !== 'profile.created' && event.type !== 'profile.updated') return { ...event, customer }
  return { ...event, customer, profile: { ...emptyProfile, connection_id: event.connection.id } }
}

/** A purchase of which nothing but the id is known. */
export const emptyPurchase: Omit<Purchase, 'id'> = {
  date: null,
  total: null,
  tax: null,
  subtotal: null,
  itemCount: 0,
  items: [],
  status: null,
}

/** A profile of which nothing but the connection is known. */
export const emptyProfile: Omit<Profile, 'connection_id'> = {
  first_name: null,
  last_name: null,
  email: null,
  mobile: null,
  postal_code: null,
  account_created_date: null,
  total_purchases: null,
  last_purchase_date: null,
  brand_purchases: null,
  last_brand_purchase_date: null,
  brand_purchase_rate: null,
}
