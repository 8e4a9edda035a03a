import type { GeneratedWebhook } from '@subtotal-connectors/testing/mocks'
import { createWebhookGenerator } from '@subtotal-connectors/testing/mocks'

/** Purchases alone: what else an event is may depend on what came before it. */
export function generatePurchases(count: number): readonly GeneratedWebhook[] {
  let at = Date.now() - 3_600_000
  const generator = createWebhookGenerator({ seed: 1, clock: () => (at += 1_000) })
  return Array.from({ length: 4 * count }, () => generator.next())
    .filter(({ eventType }) => eventType === 'purchase.created')
    .slice(0, count)
}
