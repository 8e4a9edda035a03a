/** What a field may hold: why not, or `undefined`. */
type FieldCheck = (value: unknown) => string | undefined

/** A field of a body or a query. */
interface FieldRule {
  readonly isRequired?: boolean
  readonly check: FieldCheck
}

/** The fields that a call knows; any other is refused. */
export type FieldRules = Readonly<Record<string, FieldRule>>

/** A field that must be there. */
export function required(check: FieldCheck): FieldRule {
  return { isRequired: true, check }
}

/** A field that may be left out. */
export function optional(check: FieldCheck): FieldRule {
  return { check }
}

/** `null`, or what the check lets pass. */
export function nullable(check: FieldCheck): FieldCheck {
  return (value) => (value === null ? undefined : check(value))
}

/** A string of 1 to so many characters. */
export function text(maxLength: number): FieldCheck {
  return (value) => {
    if (typeof value !== 'string') return 'Input should be a valid string'
    if (value === '') return 'String should have at least 1 character'
    return value.length > maxLength ? `String should have at most ${maxLength} characters` : undefined
  }
}

/** `true` or `false`. */
export const flag: FieldCheck = (value) => (typeof value === 'boolean' ? undefined : 'Input should be a valid boolean')

/** One of a few strings. */
export function oneOf(...values: readonly string[]): FieldCheck {
  return (value) => (values.some((one) => one === value) ? undefined : `Input should be ${values.join(' or ')}`)
}

/** A day that exists, `YYYY-MM-DD`. */
export const date: FieldCheck = (value) => {
  const isDate = typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value)
  const time = isDate ? new Date(`${value}T00:00:00Z`) : undefined
  const exists = time !== undefined && !Number.isNaN(time.getTime()) && time.toISOString().startsWith(String(value))
  return exists ? undefined : 'Input should be a valid date'
}

/** A whole number as a query writes it. */
export function integer(least: number, most: number): FieldCheck {
  return (value) => {
    if (typeof value !== 'string' || !/^-?\d+$/.test(value)) return 'Input should be a valid integer'
    if (Number(value) < least) return `Input should be greater than or equal to ${least}`
    return Number(value) > most ? `Input should be less than or equal to ${most}` : undefined
  }
}

/** A list, of at least one, of what the check lets pass. */
export function listOf(check: FieldCheck): FieldCheck {
  return (value) => {
    if (!Array.isArray(value) || value.length === 0) return 'Input should be a list of at least 1 item'
    return value.map(check).find((problem) => problem !== undefined)
  }
}

/** Where webhooks may go: HTTPS. On this machine HTTP is taken, so that a test needs no certificate. */
export const webhookUrl: FieldCheck = (value) => {
  if (typeof value !== 'string' || !URL.canParse(value)) return 'Input should be a valid URL'
  const { protocol, hostname } = new URL(value)
  const isLocal = hostname === 'localhost' || hostname.startsWith('127.') || hostname === '[::1]'
  return protocol === 'https:' || (protocol === 'http:' && isLocal) ? undefined : 'URL scheme should be https'
}

/** Every fault of these values. */
export function faultsOf(
  place: 'body' | 'query',
  rules: FieldRules,
  values: Readonly<Record<string, unknown>>,
): readonly { readonly loc: readonly string[]; readonly msg: string }[] {
  const unknown = Object.keys(values).filter((name) => !Object.hasOwn(rules, name))
  const known = Object.entries(rules).map(([name, { isRequired, check }]) => {
    const value = values[name]
    if (value === undefined) return { name, msg: isRequired === true ? 'Field required' : undefined }
    return { name, msg: check(value) }
  })
  return [...unknown.map((name) => ({ name, msg: 'Extra inputs are not permitted' })), ...known].flatMap(({ name, msg }) =>
    msg === undefined ? [] : [{ loc: [place, name], msg }],
  )
}
