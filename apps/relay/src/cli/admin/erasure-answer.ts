import { z } from 'zod'

interface CopiesAnswer {
  readonly deleted: readonly string[]
  readonly left: readonly string[]
}

/** An erasure, as the relay tells it. */
export interface ErasureAnswer {
  readonly id: string
  readonly status: 'running' | 'cleaning' | 'finished'
  readonly createdAt: string
  readonly actor: string
  readonly by: string
  readonly block: boolean
  readonly events: number
  readonly deliveries: number
  readonly quarantined: number
  readonly copies: CopiesAnswer
}

/** What an erasure would erase. */
export interface ErasurePlanAnswer {
  readonly customers: number
  readonly connections: number
  readonly events: number
  readonly versions: number
  readonly quarantined: number
  readonly deliveries: Readonly<Record<'pending' | 'delivered' | 'skipped' | 'dead', number>>
  readonly copies: CopiesAnswer
  readonly earlier: readonly { readonly id: string; readonly finishedAt: string | null }[]
}

const copies = z.object({ deleted: z.array(z.string()), left: z.array(z.string()) })

/** One erasure. */
export const erasureSchema: z.ZodType<ErasureAnswer> = z.object({
  id: z.string(),
  status: z.enum(['running', 'cleaning', 'finished']),
  createdAt: z.string(),
  actor: z.string(),
  by: z.string(),
  block: z.boolean(),
  events: z.number(),
  deliveries: z.number(),
  quarantined: z.number(),
  copies,
})

/** A page of erasures. */
export const erasuresSchema: z.ZodType<{ readonly items: readonly ErasureAnswer[]; readonly nextCursor: string | null }> =
  z.object({ items: z.array(erasureSchema), nextCursor: z.string().nullable() })

/** The answer to a dry run. */
export const erasurePlanSchema: z.ZodType<ErasurePlanAnswer> = z.object({
  customers: z.number(),
  connections: z.number(),
  events: z.number(),
  versions: z.number(),
  quarantined: z.number(),
  deliveries: z.object({ pending: z.number(), delivered: z.number(), skipped: z.number(), dead: z.number() }),
  copies,
  earlier: z.array(z.object({ id: z.string(), finishedAt: z.string().nullable() })),
})
