import { z } from 'zod'
import type { AnsweredPage } from './read-answer.ts'
import { pageSchema } from './read-answer.ts'

interface ReplayPlanAnswer {
  readonly matching: number
  readonly replayed: number
  readonly willIgnore: number
  readonly mayRepeat: number
  readonly superseded: number
  readonly limit: number
  readonly exceedsLimit: boolean
  readonly destinations: readonly {
    readonly destination: string
    readonly missing: number
    readonly pending: number
    readonly delivered: number
    readonly skipped: number
    readonly dead: number
    readonly replayed: number
    readonly willIgnore: number
    readonly mayRepeat: number
    readonly superseded: number
    readonly isConfigured: boolean
  }[]
}

interface ReplayAnswer {
  readonly id: string
  readonly status: 'running' | 'finished'
  readonly createdAt: string
  readonly actor: string
  readonly planned: number
  readonly replayed: number
}

/** What a replay would do. */
export const replayPlanSchema: z.ZodType<ReplayPlanAnswer> = z.object({
  matching: z.number(),
  replayed: z.number(),
  willIgnore: z.number(),
  mayRepeat: z.number(),
  superseded: z.number(),
  limit: z.number(),
  exceedsLimit: z.boolean(),
  destinations: z.array(
    z.object({
      destination: z.string(),
      missing: z.number(),
      pending: z.number(),
      delivered: z.number(),
      skipped: z.number(),
      dead: z.number(),
      replayed: z.number(),
      willIgnore: z.number(),
      mayRepeat: z.number(),
      superseded: z.number(),
      isConfigured: z.boolean(),
    }),
  ),
})

/** A recorded replay. */
export const replaySchema: z.ZodType<ReplayAnswer> = z.object({
  id: z.string(),
  status: z.enum(['running', 'finished']),
  createdAt: z.string(),
  actor: z.string(),
  planned: z.number(),
  replayed: z.number(),
})

/** A page of replays. */
export const replaysSchema: z.ZodType<AnsweredPage<ReplayAnswer>> = pageSchema(replaySchema)
