import { z } from 'zod'

/** The errors of an answer, by the message that they name. */
export interface BatchErrors {
  /** Whether the answer has a list of errors at all, perhaps an empty one. */
  readonly hasErrorList: boolean
  /** Customer.io's words by the position of the message in the batch. */
  readonly placed: ReadonlyMap<number, readonly string[]>
  /** The words of errors that name no message of the batch. */
  readonly unplaced: readonly string[]
}

const wordSchema = z.string().catch('')
const indexSchema = z.int().optional().catch(undefined)
const errorSchema = z.union([
  z.string().transform((message) => ({ index: undefined, words: message })),
  z
    .object({ batch_index: indexSchema, index: indexSchema, reason: wordSchema, field: wordSchema, message: wordSchema })
    .transform(({ batch_index, index, reason, field, message }) => ({
      index: batch_index ?? index,
      words: message !== '' ? message : [reason, field].filter((word) => word !== '').join(' '),
    })),
  z.unknown().transform(() => ({ index: undefined, words: '' })),
])
const listSchema = z
  .unknown()
  .transform((value) => (isNothing(value) ? undefined : [value].flat().map((error) => errorSchema.parse(error))))
  .optional()
const errorsShape = { error: listSchema, errors: listSchema }
const answerSchema = z
  .object({ ...errorsShape, meta: z.object(errorsShape).optional().catch(undefined) })
  .catch({ error: undefined, errors: undefined })

/**
 * Reads the errors of an answer wherever Customer.io puts them: `meta.errors` (documented), `meta.error` (its Node SDK looks
 * there), `errors` with `batch_index`, `reason`, `field` and `message` (its Track API's 207), `error`; a list, or one alone.
 * Never throws.
 */
export function parseBatchErrors(json: unknown, messageCount: number): BatchErrors {
  const { meta, error, errors } = answerSchema.parse(json)
  const lists = [meta?.errors, meta?.error, errors, error]
  const placed = new Map<number, string[]>()
  const unplaced: string[] = []
  for (const { index, words } of lists.flatMap((list) => list ?? [])) {
    if (index === undefined || index < 0 || index >= messageCount) unplaced.push(words)
    else placed.set(index, [...(placed.get(index) ?? []), words])
  }
  return { hasErrorList: lists.some((list) => list !== undefined), placed, unplaced }
}

/** An empty list says that there are no errors; these say nothing. */
function isNothing(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === '') return true
  return typeof value === 'object' && !Array.isArray(value) && Object.keys(value).length === 0
}
