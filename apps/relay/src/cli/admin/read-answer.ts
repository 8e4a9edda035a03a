import { z } from 'zod'
import { CommandError } from '../command-error.ts'

/** One page of a list. */
export interface AnsweredPage<Item> {
  readonly items: readonly Item[]
  readonly nextCursor: string | null
}

/** Of a page with such items. */
export function pageSchema<Item>(item: z.ZodType<Item>): z.ZodType<AnsweredPage<Item>> {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() })
}

/** Reads an answer; throws a `CommandError` for one of another version of the relay. */
export function readAnswer<Value>(schema: z.ZodType<Value>, answer: unknown): Value {
  const parsed = schema.safeParse(answer)
  if (parsed.success) return parsed.data
  throw new CommandError('the answer is not what this version expects. Is the relay of the same version?')
}
