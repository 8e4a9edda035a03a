import { z } from 'zod'

const errorSchema = z.object({
  code: z.string().nullish().catch(null),
  title: z.string().nullish().catch(null),
  detail: z.string().nullish().catch(null),
  source: z
    .object({ pointer: z.string().nullish().catch(null), parameter: z.string().nullish().catch(null) })
    .nullish()
    .catch(null),
})
const errorsSchema = z.object({ errors: z.array(z.unknown()) })

/** What an error is about. */
interface KlaviyoErrorSource {
  /** A place in the request's body. */
  readonly pointer?: string | null | undefined
  /** A query parameter or a header. */
  readonly parameter?: string | null | undefined
}

/** One error of Klaviyo's answer; each part may be missing. */
export interface KlaviyoError {
  readonly code?: string | null | undefined
  readonly title?: string | null | undefined
  /** May hold people's data. Its wording changes without notice. */
  readonly detail?: string | null | undefined
  readonly source?: KlaviyoErrorSource | null | undefined
}

/** The errors of an answer; none when it is not Klaviyo's error list. Source: https://developers.klaviyo.com/en/docs/rate_limits_and_error_handling. */
export function parseKlaviyoErrors(json: unknown): readonly KlaviyoError[] {
  const answer = errorsSchema.safeParse(json)
  if (!answer.success) return []
  return answer.data.errors.flatMap((entry) => {
    const error = errorSchema.safeParse(entry)
    return error.success ? [error.data] : []
  })
}

/** The group of a bulk request that the error points at: `/data/attributes/events-bulk-create/data/3/…` → 3. */
export function namedGroup(error: KlaviyoError): number | undefined {
  const index = /\/events-bulk-create\/data\/(0|[1-9]\d*)(?:\/|$)/.exec(error.source?.pointer ?? '')?.[1]
  return index === undefined ? undefined : Number(index)
}

/** Whether the error points at nothing inside the request; `/data` is what Klaviyo gives where it has nothing to point at. */
export function hasNoPointer(error: KlaviyoError): boolean {
  return ['', '/', '/data', '/data/'].includes(error.source?.pointer ?? '')
}

/** Klaviyo's words: title and detail of each error, at most three of them. */
export function errorWords(errors: readonly KlaviyoError[]): string {
  const words = errors
    .slice(0, 3)
    .map(({ code, title, detail }) => [title, detail].filter(Boolean).join(' ') || code || 'no reason given')
  return words.length === 0 ? 'no reason given' : words.join(' ')
}
