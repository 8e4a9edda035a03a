import { z } from 'zod'

/** Text or a number as text; blank, absent and anything else is `null`. */
export const looseText: z.ZodType<string | null> = z
  .unknown()
  .optional()
  .transform((value) => (typeof value === 'string' || typeof value === 'number' ? blankAsNull(String(value)) : null))

/** An id that must be there. */
export const requiredText: z.ZodType<string> = z.union([
  z.string().refine((text) => text.trim() !== ''),
  z.int().transform(String),
])

/** `true`; anything else is `false`. */
export const looseFlag: z.ZodType<boolean> = z
  .unknown()
  .optional()
  .transform((value) => value === true)

function blankAsNull(text: string): string | null {
  return text.trim() === '' ? null : text
}
