import type { Identifier } from '@subtotal-connectors/core'

// "example.com, test.com and the like": Klaviyo publishes no complete list.
const refusedDomains: ReadonlySet<string> = new Set([
  'example.com',
  'example.net',
  'example.org',
  'test.com',
  'test.net',
  'test.org',
])

/**
 * A warning for an email at a domain whose events Klaviyo accepts and then drops without a word.
 * Source: https://developers.klaviyo.com/en/reference/events_api_overview.
 */
export function refusedAddressWarning({ kind, value }: Identifier): string | undefined {
  if (kind !== 'email') return undefined
  const domain = value.slice(value.lastIndexOf('@') + 1)
  return refusedDomains.has(domain) ? `Klaviyo accepts events of addresses at ${domain} and drops them.` : undefined
}
