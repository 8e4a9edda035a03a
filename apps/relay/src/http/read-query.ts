import { isTime } from '../operations/time-range.ts'
import { HttpError } from './http-error.ts'

/**
 * The allowed values of each filter; `'text'` allows any, `'number'` the number of a record, `'time'` a date or time, `'person'` the opaque
 * id of a person.
 */
export type QueryShape = Readonly<Record<string, readonly string[] | 'text' | 'number' | 'time' | 'person'>>

/** A search, as asked for in a query. */
export interface Query {
  readonly filter: Readonly<Record<string, string>>
  readonly page: { readonly limit: number; readonly cursor?: number }
  readonly reveal: boolean
}

const defaultLimit = 50
const maxLimit = 500
const common = ['limit', 'cursor', 'reveal']

/** Reads the query of a list. An unknown name or value, or a name given twice, is refused: a mistyped filter must not find everything. */
export function readQuery(url: string, shape: QueryShape): Query {
  const parameters = new URL(url).searchParams
  const filter: Record<string, string> = {}
  for (const name of new Set(parameters.keys())) {
    const value = only(parameters.getAll(name), name)
    if (common.includes(name)) continue
    const allowed = Object.hasOwn(shape, name) ? shape[name] : undefined
    if (allowed === undefined)
      throw refuse(`There is no filter "${bounded(name)}". Use ${[...Object.keys(shape), ...common].join(', ')}.`)
    if (value === '') throw refuse(`"${name}" must not be empty.`)
    checkValue(allowed, name, value)
    filter[name] = value
  }
  const limit = readNumber(parameters.get('limit'), 'limit', 1, maxLimit) ?? defaultLimit
  const cursor = readNumber(parameters.get('cursor'), 'cursor', 1, Number.MAX_SAFE_INTEGER)
  return { filter, page: { limit, ...(cursor === undefined ? {} : { cursor }) }, reveal: readFlag(parameters.get('reveal')) }
}

function checkValue(allowed: QueryShape[string], name: string, value: string): void {
  if (allowed === 'text') return
  if (allowed === 'number') readNumber(value, name, 1, Number.MAX_SAFE_INTEGER)
  else if (allowed === 'time') {
    if (!isTime(value))
      throw refuse(`"${name}" must be a date or a time as ISO 8601, such as 2026-11-20 or 2026-11-20T12:00:00Z.`)
  } else if (allowed === 'person') {
    if (!/^[0-9a-f]{32}$/.test(value)) throw refuse(`"${name}" must be an id that POST /api/v1/people/search answered.`)
  } else if (!allowed.includes(value)) throw refuse(`"${name}" must be one of ${allowed.join(', ')}.`)
}

function only(values: readonly string[], name: string): string {
  const [value] = values
  if (value === undefined || values.length > 1) throw refuse(`"${bounded(name)}" may be given once.`)
  return value
}

function readNumber(text: string | null, name: string, least: number, most: number): number | undefined {
  if (text === null) return undefined
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
  if (!(value >= least && value <= most)) throw refuse(`"${name}" must be a number from ${least} to ${most}.`)
  return value
}

function readFlag(text: string | null): boolean {
  if (text !== null && text !== 'true' && text !== 'false') throw refuse('"reveal" must be true or false.')
  return text === 'true'
}

function bounded(name: string): string {
  return name.slice(0, 40)
}

function refuse(message: string): HttpError {
  return new HttpError('ERR_BAD_REQUEST', message)
}
