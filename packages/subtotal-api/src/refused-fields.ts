import { z } from 'zod'

const maxFields = 20
/** Every name that a request of this client has; others could be a person's words. */
const names: ReadonlySet<string> = new Set([
  'connection_id',
  'customer_id',
  'email',
  'event_types',
  'include_purchases',
  'is_active',
  'limit',
  'mobile',
  'name',
  'purchase_date_end',
  'purchase_date_start',
  'purchase_id',
  'receive_simulated_events',
  'retailer_id',
  'scope',
  'starting_after',
  'status',
  'url',
  'webhook_id',
])
const bodySchema = z.object({ detail: z.array(z.object({ loc: z.array(z.union([z.string(), z.number()])) })) })

/**
 * The request's fields that a 422 names, under Subtotal's own names.
 *
 * @see https://docs.subtotal.com/docs/api-reference/introduction
 */
export function refusedFields(json: unknown): readonly string[] {
  const body = bodySchema.safeParse(json)
  if (!body.success) return []
  const found = body.data.detail.flatMap(({ loc }) => loc.map(String)).filter((name) => names.has(name))
  return [...new Set(found)].slice(0, maxFields)
}
