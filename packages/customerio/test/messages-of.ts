import type { PlannedRequest } from '@subtotal-connectors/core'
import { z } from 'zod'

const bodySchema = z.strictObject({ batch: z.array(z.record(z.string(), z.unknown())).min(1) })

/** The messages of a planned request. */
export function messagesOf(request: PlannedRequest | undefined): Readonly<Record<string, unknown>>[] {
  return bodySchema.parse(request?.body).batch
}
