import { signedWebhook } from '@subtotal-connectors/testing/mocks'
import { signingSecret } from './secrets.ts'

/** Posts a webhook that was signed at that time, whatever time it is for whoever takes it. */
export async function postSigned(url: string, body: string, signedAt: number): Promise<{ status: number; text: string }> {
  const { headers } = signedWebhook(body, signingSecret, new Date(signedAt))
  const answer = await fetch(`${url}/webhooks/subtotal`, { method: 'POST', body, headers })
  return { status: answer.status, text: await answer.text() }
}
