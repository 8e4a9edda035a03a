import { z } from 'zod'
import type { BrazeArray } from './braze-objects.ts'

/** One entry of `errors`: what Braze says, and which object it says it of when that can be told. */
export interface BrazeItemError {
  /** Braze's words, opaque: sentences and constants were both seen. */
  readonly type: string
  readonly place?: { readonly array: BrazeArray; readonly index: number }
}

/** The answer of `/users/track`, as far as it is read. */
export interface BrazeAnswer {
  /** Empty when there is none. */
  readonly message: string
  readonly errors: readonly BrazeItemError[]
  /** How many objects of an array Braze says it has queued; absent where it does not say. */
  readonly processed: Readonly<Partial<Record<BrazeArray, number>>>
}

const countSchema = z.number().int().nonnegative().optional().catch(undefined)

const wordsSchema = z.string().optional().catch(undefined)

const answerSchema = z.looseObject({
  message: wordsSchema,
  error: wordsSchema,
  errors: z.unknown().optional(),
  attributes_processed: countSchema,
  events_processed: countSchema,
})

const itemErrorSchema = z.looseObject({
  type: wordsSchema,
  input_array: z.enum(['attributes', 'events']),
  index: z.union([z.number().int().nonnegative(), z.string().regex(/^\d+$/).transform(Number)]),
})

/**
 * Reads an answer leniently: `errors` may be absent or `null`, its entries may be plain strings, and a request that cannot be
 * read at all is told in `error`. `undefined`: not an object, so not Braze's.
 * Source: https://www.braze.com/docs/api/errors.
 */
export function parseBrazeAnswer(json: unknown): BrazeAnswer | undefined {
  const parsed = answerSchema.safeParse(json)
  if (!parsed.success) return undefined
  const { message, error, errors, attributes_processed: attributes, events_processed: events } = parsed.data
  return {
    message: message ?? error ?? '',
    errors: toList(errors).map(toItemError),
    processed: { ...(attributes === undefined ? {} : { attributes }), ...(events === undefined ? {} : { events }) },
  }
}

function toList(errors: unknown): readonly unknown[] {
  if (errors === null || errors === undefined) return []
  return Array.isArray(errors) ? errors : [errors]
}

function toItemError(entry: unknown): BrazeItemError {
  const parsed = itemErrorSchema.safeParse(entry)
  if (parsed.success) {
    return { type: parsed.data.type ?? 'no reason given', place: { array: parsed.data.input_array, index: parsed.data.index } }
  }
  return { type: typeof entry === 'string' ? entry : 'an entry that does not say what it is about' }
}
