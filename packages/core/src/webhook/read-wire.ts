import type { ZodType } from 'zod'
import { WebhookParseError } from '../errors/webhook-error.ts'

const maxFields = 20

/** A path in a webhook: names of documented fields and positions in lists. */
export type WirePath = readonly PropertyKey[]

/** The value as the schema has it. Throws {@link invalidWebhook} with the fields that are not, `path` put before each. */
export function readWire<T>(schema: ZodType<T>, value: unknown, path: WirePath): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  throw invalidWebhook(result.error.issues.map((issue) => [...path, ...issue.path]))
}

/** A `WebhookParseError` with `ERR_WEBHOOK_INVALID` and the fields' dotted names, at most 20 of them and never a value. */
export function invalidWebhook(paths: readonly WirePath[]): WebhookParseError {
  const fields = [...new Set(paths.map((path) => path.map(String).join('.')))].filter((field) => field !== '').slice(0, maxFields)
  const what = fields.length === 0 ? 'it is not an object' : `not understood or missing: ${fields.join(', ')}`
  return new WebhookParseError('ERR_WEBHOOK_INVALID', `The webhook is not as documented; ${what}`, fields)
}
