import type { z } from 'zod'
import type { ApiRequest } from './api-request.ts'
import { SubtotalApiError } from './subtotal-api-error.ts'

const maxFields = 20

/** A good answer as the schema has it. Throws a `SubtotalApiError` that names the fields which are not as documented, without values. */
export function readAnswer<T>(request: ApiRequest, schema: z.ZodType<T>, json: unknown): T {
  const result = schema.safeParse(json)
  if (result.success) return result.data
  throw unreadable(
    request,
    result.error.issues.map(({ path }) => path.map(String).join('.')),
  )
}

/** The error for an answer whose fields are missing or of another type. */
export function unreadable(
  { call, isRepeatable }: Pick<ApiRequest, 'call' | 'isRepeatable'>,
  paths: readonly string[],
): SubtotalApiError {
  const fields = [...new Set(paths)].filter((path) => path !== '').slice(0, maxFields)
  const what = fields.length === 0 ? 'it is not an object' : `missing or of another type: ${fields.join(', ')}`
  return new SubtotalApiError('ERR_SUBTOTAL_UNREADABLE', `${call}: Subtotal's answer is not as documented; ${what}.`, {
    isRetryable: false,
    fields,
    mayHaveArrived: !isRepeatable,
  })
}
