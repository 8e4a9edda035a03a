import { z } from 'zod'
import type { AnsweredPage } from './read-answer.ts'
import { pageSchema } from './read-answer.ts'

interface QuarantineAnswer {
  readonly id: string
  readonly reason: string
  readonly fields: readonly string[]
  readonly receivedAt: string
  readonly count: number
  readonly bytes: number
}

interface QuarantinedAnswer extends QuarantineAnswer {
  readonly signedAt: string
  /** `null` unless it was to be revealed. */
  readonly body: string | null
}

interface ProcessedAnswer {
  readonly stored: number
  readonly duplicate: number
  readonly ignored: number
  readonly quarantined: number
  readonly nextCursor: string | null
}

interface ProcessedOneAnswer {
  readonly id: string
  readonly result: 'stored' | 'duplicate' | 'ignored' | 'quarantined'
  readonly eventId?: string | undefined
  readonly reason?: string | undefined
}

const quarantineShape = {
  id: z.string(),
  reason: z.string(),
  fields: z.array(z.string()),
  receivedAt: z.string(),
  count: z.number(),
  bytes: z.number(),
}

/** A page of quarantined webhooks. */
export const quarantineSchema: z.ZodType<AnsweredPage<QuarantineAnswer>> = pageSchema(z.object(quarantineShape))

/** One quarantined webhook. */
export const quarantinedSchema: z.ZodType<QuarantinedAnswer> = z.object({
  ...quarantineShape,
  signedAt: z.string(),
  body: z.string().nullable(),
})

/** How many quarantined webhooks had which result. */
export const processedSchema: z.ZodType<ProcessedAnswer> = z.object({
  stored: z.number(),
  duplicate: z.number(),
  ignored: z.number(),
  quarantined: z.number(),
  nextCursor: z.string().nullable(),
})

/** What became of one quarantined webhook. */
export const processedOneSchema: z.ZodType<ProcessedOneAnswer> = z.object({
  id: z.string(),
  result: z.enum(['stored', 'duplicate', 'ignored', 'quarantined']),
  eventId: z.string().optional(),
  reason: z.string().optional(),
})
