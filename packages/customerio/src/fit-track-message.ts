import { ConnectorError, fitsJsonBytes, jsonBytes } from '@subtotal-connectors/core'
import { maxMessageBytes } from './customerio-limits.ts'
import type { TrackMessage } from './customerio-message.ts'

/** A message within the limit, and what was left out for it. */
export interface Fitted {
  readonly message: TrackMessage
  readonly warnings: readonly string[]
}

/** UTF-8 bytes that a list keeps at most once `products` has to be cut, so that no list starves another. */
const listShares = { upcs: 12_000, brands: 4_000 } as const

/**
 * The message within 32,000 bytes. An order that is larger loses, until it fits: the `name` of its products, their `brand`, then
 * the last `products`, with `products_truncated: true`. `upcs` and `brands` are cut only together with `products`, to 12,000 and
 * 4,000 bytes, each with a flag of its own. One order is never split in two.
 *
 * Throws a `ConnectorError` with `ERR_TOO_LARGE` when all that does not help.
 */
export function fitTrackMessage(message: TrackMessage): Fitted {
  if (fitsJsonBytes(message, maxMessageBytes)) return { message, warnings: [] }
  const warnings: string[] = []
  let properties = message.properties

  for (const key of ['name', 'brand']) {
    const products = listOf(properties['products'])
    if (products === undefined) break
    properties = { ...properties, products: products.map((product) => withoutKey(product, key)) }
    warnings.push(`The order is over ${maxMessageBytes} bytes: "${key}" was left out of its products.`)
    const fitted = { ...message, properties }
    if (jsonBytes(fitted) <= maxMessageBytes) return { message: fitted, warnings }
  }

  for (const [key, maxBytes] of Object.entries(listShares)) {
    const list = listOf(properties[key])
    if (list === undefined) continue
    properties = withCutList(properties, key, list, maxBytes, warnings)
  }
  const products = listOf(properties['products'])
  if (products !== undefined) {
    const empty = { ...message, properties: { ...properties, products: [], products_truncated: true } }
    properties = withCutList(properties, 'products', products, maxMessageBytes - jsonBytes(empty), warnings)
  }
  const fitted = { ...message, properties }
  if (jsonBytes(fitted) > maxMessageBytes) throw tooLarge(jsonBytes(message))
  return { message: fitted, warnings }
}

/** The error of a message of this many bytes that cannot be made smaller. */
function tooLarge(bytes: number): ConnectorError {
  return new ConnectorError('ERR_TOO_LARGE', `The message has ${bytes} bytes; Customer.io takes ${maxMessageBytes}.`)
}

type Properties = TrackMessage['properties']

function withCutList(
  properties: Properties,
  key: string,
  list: readonly unknown[],
  maxBytes: number,
  warnings: string[],
): Properties {
  const kept = takeBytes(list, maxBytes)
  if (kept.length === list.length) return properties
  warnings.push(`The order is over ${maxMessageBytes} bytes: "${key}" holds the first ${kept.length} of ${list.length}.`)
  return { ...properties, [key]: kept, [`${key}_truncated`]: true }
}

function takeBytes(list: readonly unknown[], maxBytes: number): readonly unknown[] {
  let bytes = 0
  const end = list.findIndex((value) => {
    bytes += jsonBytes(value) + 1
    return bytes > maxBytes
  })
  return end === -1 ? list : list.slice(0, end)
}

function listOf(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined
}

function withoutKey(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key))
}
