import { z } from 'zod'
import type { AnsweredPage } from './read-answer.ts'
import { pageSchema } from './read-answer.ts'

interface AuditAnswer {
  readonly at: string
  readonly actor: string
  readonly action: string
  readonly subject: string
}

/** A page of what is on record. */
export const auditSchema: z.ZodType<AnsweredPage<AuditAnswer>> = pageSchema(
  z.object({ at: z.string(), actor: z.string(), action: z.string(), subject: z.string() }),
)
