import type { Properties } from '@subtotal-connectors/core'
import { ConnectorError } from '@subtotal-connectors/core'
import { maxCharacters } from './braze-limits.ts'
import { cutText } from './cut-text.ts'

/** What Braze takes of an object, and what was left out. */
export interface Fitted {
  readonly properties: Properties
  readonly warnings: readonly string[]
}

/** Ids, amounts, dates and addresses: wrong when they are cut. */
const wholeOrNotAtAll: ReadonlySet<string> = new Set([
  ...[
    'purchase_id',
    'total',
    'tax',
    'subtotal',
    'retailer',
    'connection_id',
    'link_url',
    'email',
    'phone',
    'mobile',
    'postal_code',
  ],
  ...['account_created_date', 'last_purchase_date', 'last_brand_purchase_date'],
])

const maxDepth = 50

/**
 * Makes values fit for Braze, in this order: `null` and `undefined` are left out; entries of lists longer than 255 characters are
 * left out; ids, amounts, dates and addresses longer than that are left out, since a cut one would be wrong; every other text is
 * cut to 255 characters. Each change but the first gives a warning that names the property.
 *
 * @throws ConnectorError `ERR_MAPPING` for what Braze refuses or JSON cannot hold: a name that is empty, longer than 255
 * characters, starts with `$`, or is one of Braze's own; a function, a symbol, a bigint; more than 50 levels.
 */
export function fitValues(properties: Properties, reservedNames: readonly string[] = []): Fitted {
  if (fitsAsItIs(properties, reservedNames)) return { properties, warnings: [] }
  const warnings: string[] = []

  function fitObject(object: object, reserved: readonly string[], depth: number, path?: string): Properties {
    const entries: [string, unknown][] = []
    for (const [name, value] of Object.entries(object)) {
      checkName(name, reserved)
      const fitted = fitValue(value, path ?? name, depth + 1, path === undefined)
      if (fitted !== undefined) entries.push([name, fitted])
    }
    return Object.fromEntries(entries)
  }

  function fitList(list: readonly unknown[], path: string, depth: number): unknown[] {
    const texts = list.filter((value) => typeof value === 'string' && value.length > maxCharacters).length
    if (texts > 0)
      warnings.push(`${path}: ${texts} of ${list.length} left out, because Braze takes ${maxCharacters} characters a text`)
    return list
      .filter((value) => typeof value !== 'string' || value.length <= maxCharacters)
      .map((value) => fitValue(value, path, depth + 1, false))
      .filter((value) => value !== undefined)
  }

  function fitText(text: string, path: string, isTop: boolean): string | undefined {
    if (text.length <= maxCharacters) return text
    // What is named after a retailer is an id, a figure or a date as well.
    const isLeftOut = isTop && (wholeOrNotAtAll.has(path) || path.startsWith('subtotal_'))
    warnings.push(`${path}: ${isLeftOut ? 'left out' : 'cut'}, because Braze takes ${maxCharacters} characters a text`)
    return isLeftOut ? undefined : cutText(text, maxCharacters)
  }

  function fitValue(value: unknown, path: string, depth: number, isTop: boolean): unknown {
    if (depth > maxDepth) throw mappingError(`are nested deeper than ${maxDepth} levels`)
    switch (typeof value) {
      case 'undefined':
        return undefined
      case 'string':
        return fitText(value, path, isTop)
      case 'number':
        return Number.isFinite(value) ? value : undefined
      case 'boolean':
        return value
      case 'object':
        if (value === null) return undefined
        if (Array.isArray(value)) return fitList(value, path, depth)
        return hasToJson(value) ? fitValue(value.toJSON(), path, depth + 1, isTop) : fitObject(value, [], depth, path)
      default:
        throw mappingError(`hold a ${typeof value}, which JSON cannot`)
    }
  }

  return { properties: fitObject(properties, reservedNames, 0), warnings }
}

/** Whether nothing has to be changed, as is the rule: short texts, finite numbers, lists of short texts. */
function fitsAsItIs(properties: Properties, reservedNames: readonly string[]): boolean {
  for (const [name, value] of Object.entries(properties)) {
    checkName(name, reservedNames)
    if (!isFit(value)) return false
  }
  return true
}

function isFit(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
      return value.length <= maxCharacters
    case 'number':
      return Number.isFinite(value)
    case 'boolean':
      return true
    default:
      return Array.isArray(value) && isFitList(value)
  }
}

function isFitList(values: readonly unknown[]): boolean {
  for (const value of values) if (typeof value !== 'string' || value.length > maxCharacters) return false
  return true
}

function checkName(name: string, reserved: readonly string[]): void {
  if (name.trim() === '') throw mappingError('have an empty name')
  if (name.length > maxCharacters) throw mappingError(`have a name of more than ${maxCharacters} characters`)
  if (name.startsWith('$')) throw mappingError('have a name that starts with "$"')
  if (reserved.includes(name)) throw mappingError(`have the name "${name}", which Braze keeps for itself`)
}

function mappingError(problem: string): ConnectorError {
  return new ConnectorError('ERR_MAPPING', `The properties for Braze ${problem}; check the option properties.`)
}

function hasToJson(value: object): value is { toJSON: () => unknown } {
  return 'toJSON' in value && typeof value.toJSON === 'function'
}
