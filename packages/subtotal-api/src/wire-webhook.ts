import { z } from 'zod'
import type { CreatedWebhook, NewWebhook, SubtotalWebhook, WebhookChanges } from './subtotal-webhook.ts'
import { looseFlag, looseText, requiredText } from './wire-field.ts'

const fields = {
  webhook_id: requiredText,
  name: looseText,
  url: z.string(),
  is_active: looseFlag,
  event_types: z.array(z.string()),
  receive_simulated_events: looseFlag,
  purchase_date_start: looseText,
  purchase_date_end: looseText,
  created_at: looseText,
}
const fieldsSchema = z.object(fields)

/** A webhook of a list, and what an update answers. */
export const webhookSchema: z.ZodType<SubtotalWebhook> = fieldsSchema.transform(toWebhook)

/** `GET /webhooks`. */
export const webhooksSchema: z.ZodType<{ webhooks: SubtotalWebhook[] }> = z.object({ webhooks: z.array(webhookSchema) })

/**
 * What the making of a webhook answers. The stored copies of the page are cut before the secret: its name is that of the page on
 * signatures, and `secret` is taken too.
 *
 * @see https://docs.subtotal.com/docs/webhooks/verifying-signatures
 */
export const createdWebhookSchema: z.ZodType<CreatedWebhook> = z
  .object({ ...fields, signing_secret: looseText, secret: looseText })
  .transform((wire, context) => {
    const signingSecret = wire.signing_secret ?? wire.secret
    if (signingSecret !== null) return { ...toWebhook(wire), signingSecret }
    context.issues.push({ code: 'custom', path: ['signing_secret'], message: 'is missing', input: '' })
    return z.NEVER
  })

function toWebhook(wire: z.infer<typeof fieldsSchema>): SubtotalWebhook {
  return {
    id: wire.webhook_id,
    name: wire.name,
    url: wire.url,
    isActive: wire.is_active,
    eventTypes: wire.event_types,
    receivesSimulatedEvents: wire.receive_simulated_events,
    purchaseDateStart: wire.purchase_date_start,
    purchaseDateEnd: wire.purchase_date_end,
    createdAt: wire.created_at,
  }
}

const wireNames: readonly (readonly [keyof NewWebhook, string])[] = [
  ['name', 'name'],
  ['url', 'url'],
  ['eventTypes', 'event_types'],
  ['isActive', 'is_active'],
  ['receivesSimulatedEvents', 'receive_simulated_events'],
  ['purchaseDateStart', 'purchase_date_start'],
  ['purchaseDateEnd', 'purchase_date_end'],
]

/** What is given, under Subtotal's names. */
export function toWebhookBody(webhook: WebhookChanges): Record<string, unknown> {
  return Object.fromEntries(
    wireNames.filter(([name]) => webhook[name] !== undefined).map(([name, wireName]) => [wireName, webhook[name]]),
  )
}
