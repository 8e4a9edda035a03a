import { z } from 'zod'

/** An import, as the relay tells it. */
export interface ImportAnswer {
  readonly id: string
  readonly status: 'running' | 'held' | 'finished' | 'cancelled'
  readonly createdAt: string
  readonly actor: string
  readonly source: string
  readonly dryRun: boolean
  readonly since: string | null
  readonly held: { readonly code: string; readonly message: string } | null
  readonly connections: { readonly total: number; readonly done: number; readonly refused: number }
  readonly purchases: { readonly seen: number; readonly new: number; readonly known: number; readonly refused: number }
}

/** An import with what was refused. */
export interface ImportDetailAnswer extends ImportAnswer {
  readonly refusals: readonly { readonly code: string; readonly message: string; readonly count: number }[]
}

const importShape = {
  id: z.string(),
  status: z.enum(['running', 'held', 'finished', 'cancelled']),
  createdAt: z.string(),
  actor: z.string(),
  source: z.string(),
  dryRun: z.boolean(),
  since: z.string().nullable(),
  held: z.object({ code: z.string(), message: z.string() }).nullable(),
  connections: z.object({ total: z.number(), done: z.number(), refused: z.number() }),
  purchases: z.object({ seen: z.number(), new: z.number(), known: z.number(), refused: z.number() }),
}

/** One import. */
export const importDetailSchema: z.ZodType<ImportDetailAnswer> = z.object({
  ...importShape,
  refusals: z.array(z.object({ code: z.string(), message: z.string(), count: z.number() })),
})

/** A page of imports. */
export const importsSchema: z.ZodType<{ readonly items: readonly ImportAnswer[]; readonly nextCursor: string | null }> = z.object(
  {
    items: z.array(z.object(importShape)),
    nextCursor: z.string().nullable(),
  },
)

/** What asking for an import is answered: the import, or that nothing was missed. */
export const askedImportSchema: z.ZodType<{ readonly id: string } | { readonly message: string }> = z.union([
  z.object({ id: z.string() }),
  z.object({ result: z.literal('nothing_missed'), message: z.string() }),
])
