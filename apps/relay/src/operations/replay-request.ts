import { errorCodes, subtotalEventTypes } from '@subtotal-connectors/core'
import { z } from 'zod'
import type { ReplaySelection } from '../store/operations-store.ts'
import { deliveryStatuses } from '../store/records.ts'
import { describeIssue } from './describe-issue.ts'
import { endOf, isTime, startOf } from './time-range.ts'

/** A replay as it is asked for. */
export interface ReplayRequest {
  readonly selection: ReplaySelection
  /** Only tell what would be done. */
  readonly dryRun: boolean
  /** A replay that would make more deliveries due is refused. */
  readonly limit: number
}

/** What cannot be asked for. The message names the field, and holds no value. */
export class ReplayRequestError extends Error {
  override readonly name: string = 'ReplayRequestError'
}

/** The most deliveries that a replay makes due when nothing else is asked for. */
const defaultReplayLimit = 10_000
const largestLimit = 10_000_000

const text = z.string().min(1).max(512)
const time = z.string().refine(isTime, 'must be a date or a time as ISO 8601')
const facets = {
  customer: text.exactOptional(),
  person: z
    .string()
    .regex(/^[0-9a-f]{32}$/, 'must be an id of a person')
    .exactOptional(),
  purchase: text.exactOptional(),
  connection: text.exactOptional(),
  type: z.enum(subtotalEventTypes).exactOptional(),
  retailer: text.exactOptional(),
  since: time.exactOptional(),
  until: time.exactOptional(),
}
const idNumber = z.string().regex(/^\d{1,15}$/, 'must be a number as text')
const requestSchema = z.strictObject({
  deliveries: z
    .strictObject({
      id: idNumber.exactOptional(),
      status: z.enum(deliveryStatuses).exactOptional(),
      destination: text.exactOptional(),
      code: z.enum(errorCodes).exactOptional(),
      event: text.exactOptional(),
      ...facets,
    })
    .exactOptional(),
  events: z
    .strictObject({
      destination: text.exactOptional(),
      id: text.exactOptional(),
      ...facets,
    })
    .exactOptional(),
  repeatDelivered: z.boolean().default(false),
  dryRun: z.boolean().default(true),
  limit: z.int().min(1).max(largestLimit).default(defaultReplayLimit),
})

/**
 * Reads a request for a replay. `destinations`: those that are configured; a replay to another is refused, as nothing would deliver it.
 * Throws a {@link ReplayRequestError}.
 */
export function readReplayRequest(body: unknown, destinations: readonly string[]): ReplayRequest {
  const parsed = requestSchema.safeParse(body)
  if (!parsed.success) throw new ReplayRequestError(describeIssue(parsed.error.issues[0]))
  const { deliveries, events, repeatDelivered, dryRun, limit } = parsed.data
  const destination = deliveries?.destination ?? events?.destination
  if (destination !== undefined && !destinations.includes(destination)) {
    throw new ReplayRequestError(`"destination" must be one of ${destinations.join(', ')}.`)
  }
  if (deliveries !== undefined && events === undefined) {
    if (Object.keys(deliveries).length === 0) throw new ReplayRequestError('"deliveries" needs at least one filter.')
    return { selection: { kind: 'deliveries', filter: withTimes(deliveries), repeatDelivered }, dryRun, limit }
  }
  if (events === undefined || deliveries !== undefined) throw new ReplayRequestError('Give either "deliveries" or "events".')
  const { destination: _destination, ...filter } = events
  if (destination === undefined && Object.keys(filter).length === 0) {
    throw new ReplayRequestError('"events" needs a destination or at least one filter.')
  }
  const selection = {
    kind: 'events',
    filter: withTimes(filter),
    destinations: destination === undefined ? destinations : [destination],
  } as const
  return { selection: { ...selection, repeatDelivered }, dryRun, limit }
}

function withTimes<Filter extends { readonly since?: string; readonly until?: string }>(
  filter: Filter,
): Omit<Filter, 'since' | 'until'> & { readonly since?: number; readonly until?: number } {
  const { since, until, ...rest } = filter
  return {
    ...rest,
    ...(since === undefined ? {} : { since: startOf(since) }),
    ...(until === undefined ? {} : { until: endOf(until) }),
  }
}
