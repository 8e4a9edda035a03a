import { z } from 'zod'
import { CommandError } from '../command-error.ts'

/** One page of a list. */
interface AnsweredPage<Item> {
  readonly items: readonly Item[]
  readonly nextCursor: string | null
}

interface DeliveryAnswer {
  readonly id: string
  readonly eventId: string
  readonly eventType: string
  readonly destination: string
  readonly status: string
  readonly attempts: number
  readonly dueAt: string | null
  readonly settledAt: string | null
  readonly error: { readonly code: string; readonly message: string } | null
}

interface EventAnswer {
  readonly event: {
    readonly id: string
    readonly type: string
    readonly occurredAt: string
    readonly customer: { readonly id: string | null }
    readonly connection: { readonly id: string; readonly retailer: string | null }
  }
  /** Absent in answers of an older relay. */
  readonly retailerName?: string | null | undefined
  readonly receivedAt: string
}

/** An event with everything that became of it. */
export interface EventDetailAnswer extends EventAnswer {
  readonly versions: number
  readonly payloadDeletedAt: string | null
  readonly deliveries: readonly (DeliveryAnswer & {
    readonly reason: string | null
    readonly failedAttempts: readonly {
      readonly number: number
      readonly at: string
      readonly outcome: string
      readonly code: string
      readonly message: string
    }[]
  })[]
}

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

interface AuditAnswer {
  readonly at: string
  readonly actor: string
  readonly action: string
  readonly subject: string
}

const failure = z.object({ code: z.string(), message: z.string() }).nullable()

const deliveryShape = {
  id: z.string(),
  eventId: z.string(),
  eventType: z.string(),
  destination: z.string(),
  status: z.string(),
  attempts: z.number(),
  dueAt: z.string().nullable(),
  settledAt: z.string().nullable(),
  error: failure,
}

/** A page of deliveries. */
export const deliveriesSchema: z.ZodType<AnsweredPage<DeliveryAnswer>> = z.object({
  items: z.array(z.object(deliveryShape)),
  nextCursor: z.string().nullable(),
})

const eventShape = {
  event: z.object({
    id: z.string(),
    type: z.string(),
    occurredAt: z.string(),
    customer: z.object({ id: z.string().nullable() }),
    connection: z.object({ id: z.string(), retailer: z.string().nullable() }),
  }),
  retailerName: z.string().nullish(),
  receivedAt: z.string(),
}

/** A page of events. */
export const eventsSchema: z.ZodType<AnsweredPage<EventAnswer>> = z.object({
  items: z.array(z.object(eventShape)),
  nextCursor: z.string().nullable(),
})

/** One event. */
export const eventDetailSchema: z.ZodType<EventDetailAnswer> = z.object({
  ...eventShape,
  versions: z.number(),
  payloadDeletedAt: z.string().nullable(),
  deliveries: z.array(
    z.object({
      ...deliveryShape,
      reason: z.string().nullable(),
      failedAttempts: z.array(
        z.object({ number: z.number(), at: z.string(), outcome: z.string(), code: z.string(), message: z.string() }),
      ),
    }),
  ),
})

const quarantineShape = {
  id: z.string(),
  reason: z.string(),
  fields: z.array(z.string()),
  receivedAt: z.string(),
  count: z.number(),
  bytes: z.number(),
}

/** A page of quarantined webhooks. */
export const quarantineSchema: z.ZodType<AnsweredPage<QuarantineAnswer>> = z.object({
  items: z.array(z.object(quarantineShape)),
  nextCursor: z.string().nullable(),
})

/** One quarantined webhook. */
export const quarantinedSchema: z.ZodType<QuarantinedAnswer> = z.object({
  ...quarantineShape,
  signedAt: z.string(),
  body: z.string().nullable(),
})

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
export const replaysSchema: z.ZodType<AnsweredPage<ReplayAnswer>> = z.object({
  items: z.array(replaySchema),
  nextCursor: z.string().nullable(),
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

/** A page of what is on record. */
export const auditSchema: z.ZodType<AnsweredPage<AuditAnswer>> = z.object({
  items: z.array(z.object({ at: z.string(), actor: z.string(), action: z.string(), subject: z.string() })),
  nextCursor: z.string().nullable(),
})

/** Reads an answer; throws a `CommandError` for one of another version of the relay. */
export function readAnswer<Value>(schema: z.ZodType<Value>, answer: unknown): Value {
  const parsed = schema.safeParse(answer)
  if (parsed.success) return parsed.data
  throw new CommandError('the answer is not what this version expects. Is the relay of the same version?')
}
