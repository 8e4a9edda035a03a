import type { BrazeConnectorOptions } from './braze-connector-options.ts'

/** Events of these names must have exactly Braze's own properties, or Braze discards them. Source: https://www.braze.com/docs/user_guide/data/activation/events/recommended_events. */
const strictEventNames: ReadonlySet<string> = new Set([
  'ecommerce.product_viewed',
  'ecommerce.cart_updated',
  'ecommerce.checkout_started',
  'ecommerce.order_placed',
  'ecommerce.order_cancelled',
  'ecommerce.order_refunded',
])

/** What works, but perhaps not as meant, with these options. */
export function checkNotes(options: BrazeConnectorOptions): string[] {
  const notes: string[] = []
  if ((options.historical ?? 'send') === 'send') {
    notes.push(
      'Purchases of the past are sent as well, and Braze has no backfill flag: linking an account can start a Canvas once for each ' +
        "of them. historical: 'skip' leaves them out.",
    )
  }
  if (options.linkUrl === undefined) notes.push('linkUrl is not set: link_url is left out, so messages cannot ask to link again.')
  if (options.updateExistingOnly === true) {
    notes.push('updateExistingOnly is on: Braze drops what is sent for people it does not know, and it counts as delivered.')
  }
  if (Array.isArray(options.identifyBy) && options.identifyBy.length > 1) {
    notes.push('identifyBy is a list: a person can become two profiles when an event lacks the first identifier.')
  }
  if (options.writeContact === true && options.profiles !== 'attributes' && options.profiles !== 'both') {
    notes.push("writeContact does nothing without profiles: 'attributes' or 'both'.")
  } else if (options.writeContact === true && options.identifyBy !== 'customerId') {
    notes.push(
      'writeContact writes the email of a profile only where customerId identifies, and its phone only where mobile does not.',
    )
  }
  if (options.currency !== undefined) {
    notes.push("currency is set, but Subtotal's purchase event for Braze has none: it is not sent.")
  }
  for (const name of Object.values(options.events ?? {})) {
    if (typeof name === 'string' && strictEventNames.has(name)) {
      notes.push(
        `Braze discards events named ${name} unless the option properties gives them exactly the fields that Braze requires.`,
      )
    }
  }
  return notes
}
