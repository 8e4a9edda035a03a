import type { Connection } from '../event/subtotal-event.ts'
import type { ConnectorOptions } from './connector-options.ts'

/** The Link URL of the connection's retailer with its query kept and `connection_id` added; `undefined` when none is set. */
export function linkUrlFor(linkUrl: ConnectorOptions['linkUrl'], connection: Connection): string | undefined {
  const base = typeof linkUrl === 'string' ? linkUrl : ownValue(linkUrl, connection.retailer)
  if (base === undefined) return undefined
  const url = new URL(base)
  if (url.searchParams.has('connection_id')) url.searchParams.delete('connection_id')
  // Appended as text: URLSearchParams would write the rest of the query anew.
  url.search += `${url.search === '' ? '?' : '&'}connection_id=${encodeURIComponent(connection.id)}`
  return url.href
}

function ownValue(urls: Readonly<Record<string, string>> | undefined, retailer: string | null): string | undefined {
  return urls !== undefined && retailer !== null && Object.hasOwn(urls, retailer) ? urls[retailer] : undefined
}
