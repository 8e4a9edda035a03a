import type { KlaviyoConnectorOptions } from './klaviyo-connector-options.ts'

/**
 * What works with these options, but perhaps not as meant.
 * Source of what Klaviyo does with identifiers: https://developers.klaviyo.com/en/reference/profiles_api_overview.
 */
export function checkNotes(options: KlaviyoConnectorOptions): string[] {
  const notes: string[] = []
  const kinds = [options.identifyBy ?? 'email'].flat()
  const writesAttributes = options.profiles === 'attributes' || options.profiles === 'both'
  if (kinds.includes('customerId')) {
    notes.push('identifyBy names customerId: Klaviyo does not merge profiles by external_id, so a person can get a second one.')
  }
  if (kinds.includes('mobile')) {
    notes.push('identifyBy names mobile: Klaviyo takes a phone number alone only when the account has SMS set up.')
  }
  if (kinds.length > 1) {
    notes.push('identifyBy is a list: a person can become two profiles when an event lacks the first identifier.')
  }
  if (options.backfill === false && options.historical !== 'skip') {
    notes.push('backfill is off: linking an account can start a flow once for each purchase of the past.')
  }
  if (options.value !== undefined && options.currency === undefined) {
    notes.push("currency is not set: Klaviyo takes the value in the account's own currency.")
  }
  if (options.currency !== undefined && options.value === undefined) {
    notes.push('currency is set without value: it is not sent.')
  }
  if (options.linkUrl === undefined) {
    notes.push('linkUrl is not set: link_url is left out, so messages cannot ask to link again.')
  }
  if (options.writeContact === true && !writesAttributes) {
    notes.push("writeContact does nothing without profiles: 'attributes' or 'both'.")
  }
  return notes
}
