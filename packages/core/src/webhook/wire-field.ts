import Big from 'big.js'
import { z } from 'zod'

const decimalShape = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d{1,3})?$/i
const plainShape = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/

/**
 * Text, as sent. Blank is `null`, as nothing is lost and an empty id identifies nobody. A whole number is taken as its digits (ids
 * and UPCs are strings in Subtotal's tables, and a brand's own customer id may be numeric); one beyond 2^53 has lost digits and is refused.
 */
export const textField: z.ZodType<string | null> = z
  .union([z.string(), z.int()])
  .nullish()
  .transform((value) => blankAsNull(value))

/**
 * A decimal, as plain text without rounding: `"44.64"`. Documented as a string of the form `[+-]?0*\d*\.?\d*`; numbers are taken too,
 * and an exponent of at most three digits. Plain text stays as sent (`"1.60"`); `"+9.34"`, `".5"` and `1e-7` are written out.
 *
 * @see https://docs.subtotal.com/docs/api-reference/purchases/get-purchase
 */
export const decimalField: z.ZodType<string | null> = z
  .union([z.string(), z.number()])
  .nullish()
  .transform((value, context) => {
    const text = blankAsNull(value)?.trim()
    if (text === undefined) return null
    if (plainShape.test(text) && isInRange(text)) return text
    if (decimalShape.test(text) && isInRange(text)) return new Big(text.replace('+', '')).toFixed()
    context.issues.push({ code: 'custom', message: 'must be a decimal', input: '' })
    return z.NEVER
  })

/** A number, or its text: Klaviyo's table calls `item_count` a string and its example shows a number. At most 2^53 in size. */
export const countField: z.ZodType<number | null> = z
  .union([z.string(), z.number()])
  .nullish()
  .transform((value, context) => {
    const text = blankAsNull(value)?.trim()
    if (text === undefined) return null
    const count = decimalShape.test(text) ? Number(text) : Number.NaN
    if (Math.abs(count) <= Number.MAX_SAFE_INTEGER) return count === 0 ? 0 : count
    context.issues.push({ code: 'custom', message: 'must be a number', input: '' })
    return z.NEVER
  })

/** `true` or `false`, or their text; absent is `false`. */
export const flagField: z.ZodType<boolean> = z
  .union([z.boolean(), z.literal(['true', 'false'])])
  .nullish()
  .transform((value) => value === true || value === 'true')

function blankAsNull(value: string | number | null | undefined): string | null {
  if (value === null || value === undefined) return null
  const text = String(value)
  return text.trim() === '' ? null : text
}

/** Beyond the largest JavaScript number no destination could be told the amount. */
function isInRange(text: string): boolean {
  return Number.isFinite(Number(text))
}
