import { UsageError } from './usage-error.ts'

/**
 * Where a relay takes webhooks in: the URL as given when it has a path, else with `/webhooks/subtotal` appended. Throws a
 * `UsageError` for anything but an http or https URL without credentials.
 */
export function toIngestUrl(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed === undefined || !['http:', 'https:'].includes(parsed.protocol)) {
    throw new UsageError('the relay must be given as an http or https URL: --url http://127.0.0.1:8080')
  }
  if (parsed.username !== '' || parsed.password !== '') throw new UsageError('the URL of the relay must not hold credentials.')
  if (parsed.pathname === '/') parsed.pathname = '/webhooks/subtotal'
  return parsed.href
}
