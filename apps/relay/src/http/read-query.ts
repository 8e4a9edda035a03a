import { HttpError } from './http-error.ts'

/** The allowed values of each filter; `'text'` allows any, `'number'` the number of a record. */
export type QueryShape = Readonly<Record<string, readonly string[] | 'text' | 'number'>>

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
    if (allowed === 'number') readNumber(value, name, 1, Number.MAX_SAFE_INTEGER)
    else if (allowed !== 'text' && !allowed.includes(value)) throw refuse(`"${name}" must be one of ${allowed.join(', ')}.`)
    if (value === '') throw refuse(`"${name}" must not be empty.`)
    filter[name] = value
  }
  const limit = readNumber(parameters.get('limit'), 'limit', 1, maxLimit) ?? defaultLimit
  const cursor = readNumber(parameters.get('cursor'), 'cursor', 1, Number.MAX_SAFE_INTEGER)
  return { filter, page: { limit, ...(cursor === undefined ? {} : { cursor }) }, reveal: readFlag(parameters.get('reveal')) }
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
