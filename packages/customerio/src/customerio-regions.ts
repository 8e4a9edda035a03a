/**
 * The host of each region. A key belongs to one region.
 *
 * Source: https://docs.customer.io/integrations/data-in/connections/http-api.md
 */
export const customerioRegions = {
  us: 'https://cdp.customer.io',
  eu: 'https://cdp-eu.customer.io',
} as const

/** Where the workspace lives: `us` or `eu`. */
export type CustomerioRegion = keyof typeof customerioRegions
