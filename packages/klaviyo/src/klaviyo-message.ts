import type { Properties } from '@subtotal-connectors/core'

/** The person of an event: one identifier, and attributes that Klaviyo writes to the profile. */
export interface KlaviyoProfileAttributes {
  readonly email?: string
  /** E.164. */
  readonly phone_number?: string
  /** The brand's own id of the customer. */
  readonly external_id?: string
  readonly first_name?: string
  readonly last_name?: string
  readonly location?: { readonly zip: string }
  /** Custom properties of the profile. */
  readonly properties?: Properties
}

/** What happened. */
export interface KlaviyoEventAttributes {
  readonly metric: { readonly data: { readonly type: 'metric'; readonly attributes: { readonly name: string } } }
  readonly properties: Properties
  /** ISO 8601. Klaviyo keeps whole seconds. */
  readonly time: string
  readonly value?: number
  /** ISO 4217. */
  readonly value_currency?: string
  /** Klaviyo ignores a second event of the same profile, metric and `unique_id`. */
  readonly unique_id: string
  /** `true`: recorded without starting flows. */
  readonly backfill?: true
}

/**
 * One event as a bulk job takes it: a profile group of its own, so that an error that names a group names one event.
 * Source: https://developers.klaviyo.com/en/reference/bulk_create_events.
 */
export interface KlaviyoMessage {
  readonly type: 'event-bulk-create'
  readonly attributes: {
    readonly profile: { readonly data: { readonly type: 'profile'; readonly attributes: KlaviyoProfileAttributes } }
    readonly events: { readonly data: readonly [{ readonly type: 'event'; readonly attributes: KlaviyoEventAttributes }] }
  }
}

/** What Klaviyo would take for a repeat: messages with the same profile, metric and `unique_id`. */
export function klaviyoDedupeKey(message: KlaviyoMessage): string {
  const { email, phone_number: phone, external_id: externalId } = message.attributes.profile.data.attributes
  const { metric, unique_id: uniqueId } = message.attributes.events.data[0].attributes
  return JSON.stringify([email, phone, externalId, metric.data.attributes.name, uniqueId])
}
