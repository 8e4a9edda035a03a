import { z } from 'zod'

interface StatsAnswer {
  readonly events: number
  readonly quarantined: number
  /** Absent in answers of a relay that cannot complete events. */
  readonly enrichment?: { readonly waiting: number; readonly state: string; readonly reason: string | null } | undefined
  readonly destinations: readonly {
    readonly destination: string
    readonly pending: number
    readonly delivered: number
    readonly skipped: number
    readonly dead: number
    readonly deadByCode: Readonly<Record<string, number>>
    readonly oldestDueSeconds: number
    readonly lane: { readonly state: string; readonly reason: string | null; readonly since: string | null } | null
  }[]
}

/** Counts and lanes. */
export const statsSchema: z.ZodType<StatsAnswer> = z.object({
  events: z.number(),
  quarantined: z.number(),
  enrichment: z.object({ waiting: z.number(), state: z.string(), reason: z.string().nullable() }).optional(),
  destinations: z.array(
    z.object({
      destination: z.string(),
      pending: z.number(),
      delivered: z.number(),
      skipped: z.number(),
      dead: z.number(),
      deadByCode: z.record(z.string(), z.number()),
      oldestDueSeconds: z.number(),
      lane: z.object({ state: z.string(), reason: z.string().nullable(), since: z.string().nullable() }).nullable(),
    }),
  ),
})
