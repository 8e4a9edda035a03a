import { createWebhookGenerator, signedWebhook } from '@subtotal-connectors/testing/mocks'
import { rawPost } from '../apps/relay/test/support/raw-connection.ts'

/** The secret that every relay of a bench is given. */
export const secret = 'secret-of-the-bench'

/** Signed webhooks, ready to be posted: always the same, all distinct, of 2,000 connections. `purchases`: nothing else is among them. */
export function* webhooks(kinds: 'all' | 'purchases'): Generator<Buffer, never> {
  const generator = createWebhookGenerator({ seed: 1, connections: 2_000 })
  for (;;) {
    const webhook = generator.next()
    if (kinds === 'purchases' && webhook.purchaseId === null) continue
    const { body, headers } = signedWebhook(webhook.body, secret)
    yield rawPost(body, headers)
  }
}

/** The next so many. */
export function take(source: Iterator<Buffer, never>, count: number): readonly Buffer[] {
  return Array.from({ length: count }, () => source.next().value)
}
