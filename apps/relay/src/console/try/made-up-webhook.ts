import { signWebhook } from '@subtotal-connectors/core'
import type { GivenWebhook } from './try-webhook.ts'

/** What can be made up, as Subtotal names it. */
export const madeUpTypes = [
  'purchase.created',
  'connection.activated',
  'connection.unauthenticated',
  'connection.disconnected',
  'connection.profile.created',
  'connection.profile.updated',
] as const

/** One of {@link madeUpTypes}. */
export type MadeUpType = (typeof madeUpTypes)[number]

const mostTries = 100

/** A webhook of an invented person at an example domain; signed with the relay's own secret if that is given. */
export async function madeUpWebhook(type: MadeUpType, secret: string | undefined, now: number): Promise<GivenWebhook> {
  // The generator is for this and the demo alone; a relay starts without it.
  const { createWebhookGenerator } = await import('@subtotal-connectors/testing/mocks')
  const generator = createWebhookGenerator({ seed: now % 2 ** 31, clock: () => now, variants: 'current', historicalShare: 0 })
  let made = generator.next()
  for (let tries = 1; made.type !== type && tries < mostTries; tries += 1) made = generator.next()
  const body = JSON.stringify(JSON.parse(made.body), null, 2)
  if (secret === undefined) return { body, signature: '', timestamp: '' }
  const headers = signWebhook({ body, secret, timestamp: new Date(now) })
  return { body, signature: headers['x-subtotal-signature'], timestamp: headers['x-subtotal-timestamp'] }
}
