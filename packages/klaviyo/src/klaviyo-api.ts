/** Klaviyo's host for server calls. Source: https://developers.klaviyo.com/en/reference/api_overview. */
export const klaviyoOrigin = 'https://a.klaviyo.com'

/**
 * The API revision that every request names. Stable until July 2027, served until July 2028.
 * Source: https://developers.klaviyo.com/en/docs/api_versioning_and_deprecation_policy.
 */
export const klaviyoRevision = '2026-07-15'

/**
 * Headers of every request. Without the opt-out Klaviyo would answer a retired revision with the behaviour of the oldest living
 * one; with it the answer is 410. Source: https://developers.klaviyo.com/en/docs/api_versioning_and_deprecation_policy.
 */
export const klaviyoHeaders: Readonly<Record<string, string>> = {
  accept: 'application/vnd.api+json',
  'content-type': 'application/vnd.api+json',
  revision: klaviyoRevision,
  'x-klaviyo-revision-fall-forward-opt-out': '1',
}

/** Creates one event. Scope `events:write`. Source: https://developers.klaviyo.com/en/reference/create_event. */
export const eventPath = '/api/events'

/** Creates up to 1,000 events. Scope `events:write`. Source: https://developers.klaviyo.com/en/reference/bulk_create_events. */
export const bulkEventsPath = '/api/event-bulk-create-jobs'

/** Reads the account of the key. Scope `accounts:read`. Source: https://developers.klaviyo.com/en/reference/get_accounts. */
export const accountsPath = '/api/accounts'
