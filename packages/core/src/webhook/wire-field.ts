import { z } from 'zod'
import { toPlainDecimal } from '../value/decimal.ts'

const decimalShape = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d{1,3})?$/i
const plainShape = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/

/**
 * Text, as sent. Blank is `null`, as nothing is lost and an empty id identifies nobody. A whole number is taken as its digits (ids
 * and UPCs are strings in Subtotal's tables, and a brand's own customer id may be numeric); one beyond 2^53 has lost digits and is refused.
 */
export const textField: z.ZodType<string | null> = fieldOf('text', (value) =>
  typeof value === 'number' && !Number.isSafeInteger(value) ? undefined : textOf(value),
)

/**
 * A decimal, as plain text without rounding: `"44.64"`. Documented as a string of the form `[+-]?0*\d*\.?\d*`; numbers are taken too,
 * and an exponent of at most three digits. Plain text stays as sent (`"1.60"`); `"+9.34"`, `".5"` and `1e-7` are written out.
 *
 * @see https://docs.subtotal.com/docs/api-reference/purchases/get-purchase
 */
export const decimalField: z.ZodType<string | null> = fieldOf('a decimal', (value) => {
  const text = textOf(value)
  if (text === null || text === undefined) return text
  const decimal = text.trim()
  if (!decimalShape.test(decimal) || !isInRange(decimal)) return undefined
  return plainShape.test(decimal) ? decimal : toPlainDecimal(decimal.replace('+', ''))
})

/** A number, or its text: Klaviyo's table calls `item_count` a string and its example shows a number. At most 2^53 in size. */
export const countField: z.ZodType<number | null> = fieldOf('a number', (value) => {
  const text = textOf(value)
  if (text === null || text === undefined) return text
  const count = decimalShape.test(text.trim()) ? Number(text) : Number.NaN
  if (!(Math.abs(count) <= Number.MAX_SAFE_INTEGER)) return undefined
  return count === 0 ? 0 : count
})

/** `true` or `false`, or their text; absent is `false`. */
export const flagField: z.ZodType<boolean> = fieldOf('true or false', (value) => {
  if (value === true || value === 'true') return true
  return value === false || value === 'false' || value === null || value === undefined ? false : undefined
})

/**
 * A field read by one function, which has `undefined` for what it does not understand. A purchase has ten fields and more an item:
 * a chain of schemas for each is most of what reading it costs.
 */
function fieldOf<Value>(expected: string, read: (value: unknown) => Value | undefined): z.ZodType<Value> {
  return z.transform((value: unknown, context): Value => {
    const result = read(value)
    if (result !== undefined) return result
    context.issues.push({ code: 'custom', message: `must be ${expected}`, input: '' })
    return z.NEVER
  })
}

/** Text, or a number's; `null` for what is absent or blank, `undefined` for anything else. */
function textOf(value: unknown): string | null | undefined {
  if (value === null || value === undefined) return null
  if (typeof value === 'number') return String(value)
  if (typeof value !== 'string') return undefined
  return value.trim() === '' ? null : value
}

/** Beyond the largest JavaScript number no destination could be told the amount. */
function isInRange(text: string): boolean {
  return Number.isFinite(Number(text))
}
