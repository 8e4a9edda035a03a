import { toWebhookAnswer } from './era-answers.ts'
import type { MockWebhook } from './mock-subtotal-types.ts'
import { notFound, type SubtotalRoute, subtotalPages } from './subtotal-call.ts'
import { subtotalEventNames } from './subtotal-events.ts'
import { date, flag, listOf, nullable, oneOf, optional, required, text, webhookUrl } from './subtotal-fields.ts'

const eventTypes = listOf(oneOf(...subtotalEventNames))
const settings = {
  is_active: optional(flag),
  receive_simulated_events: optional(flag),
  purchase_date_start: optional(nullable(date)),
  purchase_date_end: optional(nullable(date)),
}

/** Calls about webhooks. */
export const webhookRoutes: readonly SubtotalRoute[] = [
  {
    name: 'GET /webhooks',
    source: subtotalPages.createWebhook,
    scope: 'webhooks:read',
    run: ({ account }) => ({
      answer: { status: 200, body: { webhooks: [...account.webhooks.values()].map(toWebhookAnswer) } },
    }),
  },
  {
    name: 'POST /webhooks',
    source: subtotalPages.createWebhook,
    scope: 'webhooks:write',
    body: { name: required(text(255)), url: required(webhookUrl), event_types: required(eventTypes), ...settings },
    run({ account, body }) {
      const webhook = account.putWebhook(account.makeWebhook(partsOf(body)))
      const answer = { ...toWebhookAnswer(webhook), signing_secret: webhook.signingSecret }
      return { answer: { status: 201, body: answer }, changed: webhook.id }
    },
  },
  {
    name: 'PATCH /webhooks/{webhook_id}',
    source: subtotalPages.updateWebhook,
    scope: 'webhooks:write',
    body: { name: optional(text(255)), url: optional(webhookUrl), event_types: optional(eventTypes), ...settings },
    run({ account, body, pathId }) {
      const known = account.webhooks.get(pathId)
      if (known === undefined) return notFound('Webhook')
      const webhook = account.putWebhook({ ...known, ...partsOf(body, known) })
      return { answer: { status: 200, body: toWebhookAnswer(webhook) }, changed: pathId }
    },
  },
  {
    name: 'DELETE /webhooks/{webhook_id}',
    source: subtotalPages.updateWebhook,
    scope: 'webhooks:write',
    run({ account, pathId }) {
      if (!account.webhooks.delete(pathId)) return notFound('Webhook')
      return { answer: { status: 204 }, changed: pathId }
    },
  },
]

/** What the body says, checked already; what it does not say stays as it is. */
function partsOf(
  body: Readonly<Record<string, unknown>>,
  known?: MockWebhook,
): Omit<MockWebhook, 'id' | 'createdAt' | 'signingSecret'> {
  const types = body['event_types']
  return {
    name: String(body['name'] ?? known?.name),
    url: String(body['url'] ?? known?.url),
    isActive: (body['is_active'] ?? known?.isActive) === true,
    eventTypes: Array.isArray(types) ? types.map(String) : (known?.eventTypes ?? []),
    receivesSimulatedEvents: (body['receive_simulated_events'] ?? known?.receivesSimulatedEvents) === true,
    purchaseDateStart: dateOf(body['purchase_date_start'], known?.purchaseDateStart),
    purchaseDateEnd: dateOf(body['purchase_date_end'], known?.purchaseDateEnd),
  }
}

function dateOf(given: unknown, known: string | null = null): string | null {
  if (given === undefined) return known
  return typeof given === 'string' ? given : null
}
