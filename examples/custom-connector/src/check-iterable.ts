import type { CheckRequest, CheckResult, DestinationResponse } from '@subtotal-connectors/core'
import { z } from 'zod'
import { trackBulkPath } from './iterable-api.ts'

const refusalSchema = z.object({ code: z.literal('BadJsonBody') })

/**
 * Posts an event of nobody with a time that is no number: Iterable refuses it with 400 `BadJsonBody`, but with 401 when the key is
 * wrong or may not write events. Creates nothing. Source: as of `mapIterableResponse`.
 */
export async function checkIterable(request: (request: CheckRequest) => Promise<DestinationResponse>): Promise<CheckResult> {
  const body = { events: [{ eventName: 'subtotal_check', createdAt: 'never' }] }
  const { status, json } = await request({ method: 'POST', path: trackBulkPath, body })
  if (status === 400 && refusalSchema.safeParse(json).success) {
    const proof = `${trackBulkPath} refused a malformed event for its content, not for the API key.`
    return { ok: true, proved: [proof], problems: [], notes: ['Whether the project knows its people by email was not checked.'] }
  }
  const problem =
    status === 401 || status === 403
      ? `Iterable refused the API key (HTTP ${status}). Set apiKey to a server-side key of the project, and region to its data center.`
      : `The answer was not Iterable's (HTTP ${status}). Check region and baseUrl, or try again later.`
  return { ok: false, proved: [], problems: [problem], notes: [] }
}
