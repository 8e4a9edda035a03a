import type { Identifier, ProfileEvent, SubtotalEvent } from '@subtotal-connectors/core'
import { ConnectorError, withoutNulls } from '@subtotal-connectors/core'
import type { KlaviyoConnectorOptions } from './klaviyo-connector-options.ts'
import { maxEmailLength, maxProfileBytes } from './klaviyo-limits.ts'
import type { KlaviyoProfileAttributes } from './klaviyo-message.ts'

/** The person of one event. */
export interface ProfileAttributes {
  readonly attributes: KlaviyoProfileAttributes
  readonly warnings: readonly string[]
}

/**
 * The chosen identifier and, with `profiles: 'attributes' | 'both'` and a profile event, what Klaviyo shall write to the profile:
 * name, postal code, and the rest as custom properties that carry the retailer in their names, so that a second linked account
 * does not overwrite the first: `subtotal_walmart_total_purchases`. What is null is left out and so stays as it was. Attributes
 * that do not fit are left out with a warning; an identifier that does not fit throws `ERR_TOO_LARGE`.
 */
export function toProfileAttributes(
  event: SubtotalEvent,
  identifier: Identifier,
  options: KlaviyoConnectorOptions,
): ProfileAttributes {
  const person = toIdentifierAttribute(identifier)
  const isWritten = options.profiles === 'attributes' || options.profiles === 'both'
  if (!isWritten || (event.type !== 'profile.created' && event.type !== 'profile.updated')) {
    return { attributes: person, warnings: [] }
  }
  const attributes = { ...person, ...toWrittenAttributes(event, options.writeContact === true) }
  if (profileBytes(attributes) <= maxProfileBytes) return { attributes, warnings: [] }
  return {
    attributes: person,
    warnings: [`The profile's attributes are left out: Klaviyo takes ${maxProfileBytes} bytes of them.`],
  }
}

function toIdentifierAttribute({ kind, value }: Identifier): KlaviyoProfileAttributes {
  if (kind === 'email' && value.length > maxEmailLength) {
    throw new ConnectorError(
      'ERR_TOO_LARGE',
      `The customer's email has ${value.length} characters; Klaviyo takes ${maxEmailLength}.`,
    )
  }
  const attributes = toAttribute(kind, value)
  if (value.length * 3 > maxProfileBytes && profileBytes(attributes) > maxProfileBytes) {
    throw new ConnectorError(
      'ERR_TOO_LARGE',
      `The customer's ${kind} does not fit: Klaviyo takes ${maxProfileBytes} bytes of a profile.`,
    )
  }
  return attributes
}

function toAttribute(kind: Identifier['kind'], value: string): KlaviyoProfileAttributes {
  switch (kind) {
    case 'email':
      return { email: value }
    case 'customerId':
      return { external_id: value }
    case 'mobile':
      return { phone_number: value }
  }
}

function toWrittenAttributes({ profile, connection }: ProfileEvent, writeContact: boolean): KlaviyoProfileAttributes {
  const prefix = `subtotal_${connection.retailer ?? 'unknown'}`
  const properties = withoutNulls({
    [`${prefix}_connection_id`]: profile.connection_id,
    // As `email` and `phone_number` the retailer account's contact would identify the person; here it is data.
    [`${prefix}_email`]: writeContact ? profile.email : null,
    [`${prefix}_mobile`]: writeContact ? profile.mobile : null,
    [`${prefix}_account_created_date`]: profile.account_created_date,
    [`${prefix}_total_purchases`]: profile.total_purchases,
    [`${prefix}_last_purchase_date`]: profile.last_purchase_date,
    [`${prefix}_brand_purchases`]: profile.brand_purchases,
    [`${prefix}_last_brand_purchase_date`]: profile.last_brand_purchase_date,
    [`${prefix}_brand_purchase_rate`]: profile.brand_purchase_rate,
  })
  return {
    ...(profile.first_name === null ? {} : { first_name: profile.first_name }),
    ...(profile.last_name === null ? {} : { last_name: profile.last_name }),
    ...(profile.postal_code === null ? {} : { location: { zip: profile.postal_code } }),
    properties,
  }
}

function profileBytes(attributes: KlaviyoProfileAttributes): number {
  return Buffer.byteLength(JSON.stringify({ data: { type: 'profile', attributes } }))
}
