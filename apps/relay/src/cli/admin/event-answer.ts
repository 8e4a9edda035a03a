import { z } from 'zod'
import type { AnsweredPage } from './read-answer.ts'
import { pageSchema } from './read-answer.ts'

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

/** One delivery. */
export const deliverySchema: z.ZodType<DeliveryAnswer> = z.object(deliveryShape)

/** A page of deliveries. */
export const deliveriesSchema: z.ZodType<AnsweredPage<DeliveryAnswer>> = pageSchema(deliverySchema)

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
export const eventsSchema: z.ZodType<AnsweredPage<EventAnswer>> = pageSchema(z.object(eventShape))

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
