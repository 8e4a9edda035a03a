import type { SubtotalEvent } from '@subtotal-connectors/core'

const mask = '***'

function masked<Value>(value: Value): Value | string {
  return value === null ? value : mask
}

/** A customer's id as it may be shown: one that looks like an email address or a phone number is one. */
export function maskedId(id: string | null): string | null {
  return id !== null && (id.includes('@') || /^\+?[\d ()-]{7,}$/.test(id)) ? mask : id
}

/** The event as it may be shown: what says who a person is is replaced by `***`; ids and purchases stay. */
export function maskEvent(event: SubtotalEvent): unknown {
  const customer = { id: maskedId(event.customer.id), email: masked(event.customer.email), mobile: masked(event.customer.mobile) }
  if (!('profile' in event)) return { ...event, customer }
  const { first_name, last_name, email, mobile, postal_code } = event.profile
  const profile = {
    ...event.profile,
    first_name: masked(first_name),
    last_name: masked(last_name),
    email: masked(email),
    mobile: masked(mobile),
    postal_code: masked(postal_code),
  }
  return { ...event, customer, profile }
}
