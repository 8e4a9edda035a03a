import type { Properties } from '@subtotal-connectors/core'
import { ConnectorError } from '@subtotal-connectors/core'
import { maxArrayItems, maxNestedLevels, maxProperties, maxStringBytes } from './klaviyo-limits.ts'

/** Properties within Klaviyo's limits, and what had to be left out. */
export interface FittedProperties {
  readonly properties: Properties
  readonly warnings: readonly string[]
}

/**
 * Cuts what is too long for Klaviyo: arrays to their first 4,000 items, strings to their first 100,000 bytes. What cannot be cut
 * with sense rejects the event with `ERR_TOO_LARGE`: more than 400 properties, more than 10 levels of objects, integers beyond
 * 64 bits. The given object is not changed.
 */
export function fitProperties(properties: Properties): FittedProperties {
  const count = Object.keys(properties).length
  if (count > maxProperties) throw tooLarge(`The event has ${count} properties; Klaviyo takes ${maxProperties}.`)
  if (Object.values(properties).every(isSmall)) return { properties, warnings: [] }
  const warnings: string[] = []
  return { properties: fitObject(properties, '', 1, warnings), warnings }
}

/** Whether it fits at a glance, as nearly every value does: a short text, a number of no great size, a list of short texts. */
function isSmall(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
      return isShort(value)
    case 'number':
      return Math.abs(value) <= Number.MAX_SAFE_INTEGER
    case 'boolean':
      return true
    default:
      return value === null || (Array.isArray(value) && isSmallList(value))
  }
}

function isSmallList(values: readonly unknown[]): boolean {
  for (const value of values) if (typeof value !== 'string' || !isShort(value)) return false
  return values.length <= maxArrayItems
}

function isShort(text: string): boolean {
  // No UTF-16 unit takes more than three bytes: most strings need no count.
  return text.length * 3 <= maxStringBytes
}

function fitValue(value: unknown, path: string, level: number, warnings: string[]): unknown {
  if (typeof value === 'string') return fitString(value, path, warnings)
  if (typeof value === 'number') return fitNumber(value, path)
  if (Array.isArray(value)) return fitArray(value, path, level, warnings)
  if (isPlainObject(value)) return fitObject(value, `${path}.`, level + 1, warnings)
  return value
}

function fitString(value: string, path: string, warnings: string[]): string {
  if (isShort(value)) return value
  const bytes = Buffer.from(value, 'utf8')
  if (bytes.length <= maxStringBytes) return value
  warnings.push(`${path} has the first ${maxStringBytes} of ${bytes.length} bytes: Klaviyo takes no longer string.`)
  let end = maxStringBytes
  while (isContinuationByte(bytes[end])) end -= 1
  return bytes.toString('utf8', 0, end)
}

function fitNumber(value: number, path: string): number {
  const isLongInteger = Number.isInteger(value) && Math.abs(value) >= 2 ** 63
  if (isLongInteger || Math.abs(value) === Infinity) throw tooLarge(`${path} is a number beyond the 64 bits that Klaviyo takes.`)
  return value
}

function fitArray(values: readonly unknown[], path: string, level: number, warnings: string[]): readonly unknown[] {
  if (values.length > maxArrayItems) {
    warnings.push(`${path} has the first ${maxArrayItems} of ${values.length} items: Klaviyo takes no more in an array.`)
  }
  const itemPath = `${path}[]`
  return values.slice(0, maxArrayItems).map((value) => fitValue(value, itemPath, level, warnings))
}

function fitObject(object: Properties, prefix: string, level: number, warnings: string[]): Properties {
  if (level > maxNestedLevels)
    throw tooLarge(`The event's properties are nested deeper than the ${maxNestedLevels} levels that Klaviyo takes.`)
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => [name, fitValue(value, `${prefix}${name}`, level, warnings)]),
  )
}

function isPlainObject(value: unknown): value is Properties {
  return typeof value === 'object' && value !== null && !('toJSON' in value)
}

function isContinuationByte(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0b1100_0000) === 0b1000_0000
}

function tooLarge(message: string): ConnectorError {
  return new ConnectorError('ERR_TOO_LARGE', message)
}
