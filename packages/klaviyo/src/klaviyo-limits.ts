import type { ConnectorLimits } from '@subtotal-connectors/core'

/**
 * Events and bytes of a bulk request, and its rates: 10 in a second and 150 in a minute. The same rates are kept for single
 * events, which Klaviyo would take at 350 and 3,500: a backlog is sent in bulk. A repeated `unique_id` is ignored.
 * Sources: https://developers.klaviyo.com/en/reference/bulk_create_events,
 * https://developers.klaviyo.com/en/docs/rate_limits_and_error_handling,
 * https://developers.klaviyo.com/en/reference/events_api_overview.
 */
export const klaviyoLimits: ConnectorLimits = {
  maxMessagesPerRequest: 1_000,
  maxBytesPerRequest: 5_000_000,
  requestRates: [
    { requests: 10, perMs: 1_000 },
    { requests: 150, perMs: 60_000 },
  ],
  deduplicates: 'yes',
}

/** UTF-8 bytes of one string (100 KB). Source: https://developers.klaviyo.com/en/reference/events_api_overview. */
export const maxStringBytes = 100_000

/**
 * Properties of one event. Source: https://developers.klaviyo.com/en/reference/events_api_overview; an older table on Klaviyo's
 * page about rate limits says 300.
 */
export const maxProperties = 400

/** Items of one array. Source: https://developers.klaviyo.com/en/reference/events_api_overview. */
export const maxArrayItems = 4_000

/** Levels of nested objects, the properties themselves being the first. Source: https://developers.klaviyo.com/en/reference/events_api_overview. */
export const maxNestedLevels = 10

/** UTF-8 bytes of the profile object inside an event (95 KB). Source: https://developers.klaviyo.com/en/reference/events_api_overview. */
export const maxProfileBytes = 95_000

/** Characters of a metric's name: under 128. Source: https://developers.klaviyo.com/en/reference/create_event. */
export const maxMetricNameLength = 127

/** Characters of an email address. Source: https://developers.klaviyo.com/en/reference/events_api_overview. */
export const maxEmailLength = 100

/** Characters of a `unique_id`. Source: https://developers.klaviyo.com/en/reference/create_event. */
export const maxUniqueIdLength = 255
