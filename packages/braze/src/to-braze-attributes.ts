import type { Identifier, ProfileEvent, Properties } from '@subtotal-connectors/core'
import { identify, withoutNulls } from '@subtotal-connectors/core'
import { cutText } from './cut-text.ts'

/** Retailer ids have at most 26 characters; what is longer must not make a name that is too long. */
const maxRetailerCharacters = 200

/**
 * A profile as attributes of the person. Names go to Braze's own fields; everything else is told per connection, so it is named
 * after the retailer: `subtotal_walmart_total_purchases`. What is not known is left out: `null` would remove an attribute.
 */
export function toBrazeAttributes(event: ProfileEvent, identifier: Identifier, writeContact: boolean): Properties {
  const { profile } = event
  const retailer = cutText(event.connection.retailer ?? 'unknown', maxRetailerCharacters)
  const prefix = `subtotal_${retailer}_`
  return withoutNulls({
    first_name: profile.first_name,
    last_name: profile.last_name,
    ...(writeContact ? toContact(event, identifier) : {}),
    [`${prefix}connection_id`]: profile.connection_id,
    [`${prefix}postal_code`]: profile.postal_code,
    [`${prefix}account_created_date`]: profile.account_created_date,
    [`${prefix}total_purchases`]: profile.total_purchases,
    [`${prefix}last_purchase_date`]: profile.last_purchase_date,
    [`${prefix}brand_purchases`]: profile.brand_purchases,
    [`${prefix}last_brand_purchase_date`]: profile.last_brand_purchase_date,
    [`${prefix}brand_purchase_rate`]: profile.brand_purchase_rate,
  })
}

/**
 * Email and phone of the account at the retailer, where they are data. They are never written over the identifier, and an email
 * never beside a phone number that identifies: Braze would look the person up by the email.
 */
function toContact({ profile }: ProfileEvent, { kind }: Identifier): Properties {
  const account = { id: null, email: profile.email, mobile: profile.mobile }
  return {
    email: kind === 'customerId' ? identify(account, ['email'])?.value : undefined,
    phone: kind === 'mobile' ? undefined : identify(account, ['mobile'])?.value,
  }
}
