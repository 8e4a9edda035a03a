import type { WebhookResult } from '../observability/relay-events.ts'

/** What became of deliveries: `retried` counts attempts that failed and are tried again. */
export const deliveryActivityKinds = ['delivered', 'skipped', 'dead', 'retried'] as const

/** One of {@link deliveryActivityKinds}. */
export type DeliveryActivityKind = (typeof deliveryActivityKinds)[number]

/** How webhooks were answered that are refused, or kept as no new event. */
export type AnswerActivityKind = Exclude<WebhookResult, 'stored'>

/** What is counted by the minute. `stored`: events, also those read from Subtotal or taken out of quarantine. */
export type ActivityKind = DeliveryActivityKind | AnswerActivityKind | 'stored'
