/** What of an event is fetched from Subtotal when its webhook left it out. */
export interface EnrichmentSettings {
  /** The amounts and items of a purchase that came without items. */
  readonly purchases: boolean
  /** The customer's email and mobile, from the connection. */
  readonly contacts: boolean
}

const everything: EnrichmentSettings = { purchases: true, contacts: true }
const nothing: EnrichmentSettings = { purchases: false, contacts: false }

/** What a relay with this configuration fetches: nothing without Subtotal's API, else everything unless told otherwise. */
export function enrichmentSettings(config: {
  readonly subtotal?: object
  readonly enrichment?: EnrichmentSettings
}): EnrichmentSettings {
  return config.subtotal === undefined ? nothing : (config.enrichment ?? everything)
}
