import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import got, { RequestError } from 'got'

/** What a relay answered to a webhook, or why there was no answer. */
export type PostResult =
  | { readonly kind: 'answered'; readonly status: number; readonly result: string; readonly durationMs: number }
  | { readonly kind: 'unanswered'; readonly reason: string; readonly durationMs: number }

/** A webhook as it goes over the wire. */
interface SignedBody {
  readonly body: string | Uint8Array
  readonly headers: Readonly<Record<string, string>>
}

/** Posts signed webhooks to one address. */
export interface WebhookPoster {
  /** Posts once, never retries, never throws for what the network or the relay does. */
  post(webhook: SignedBody): Promise<PostResult>
  /** Closes the sockets. */
  close(): void
}

const timeoutMs = 30_000

/**
 * Posts to the relay's ingest route at this URL. Its sockets are its own, so that no proxy setting of the process can send a
 * demo's webhooks off the machine.
 */
export function createWebhookPoster(url: string, options: { readonly maxSockets?: number } = {}): WebhookPoster {
  const agentOptions = { keepAlive: true, maxSockets: options.maxSockets ?? 16 }
  const agents = { http: new HttpAgent(agentOptions), https: new HttpsAgent(agentOptions) }
  return {
    async post({ body, headers }) {
      const startedAt = performance.now()
      const durationMs = () => performance.now() - startedAt
      try {
        const response = await got.post(url, {
          body,
          headers: { 'content-type': 'application/json', ...headers },
          agent: agents,
          retry: { limit: 0 },
          followRedirect: false,
          throwHttpErrors: false,
          timeout: { request: timeoutMs },
        })
        return { kind: 'answered', status: response.statusCode, result: readResult(response.body), durationMs: durationMs() }
      } catch (error) {
        return { kind: 'unanswered', reason: describe(error), durationMs: durationMs() }
      }
    },
    close() {
      agents.http.destroy()
      agents.https.destroy()
    },
  }
}

function readResult(text: string): string {
  try {
    const answer: unknown = JSON.parse(text)
    if (typeof answer === 'object' && answer !== null && 'result' in answer && typeof answer.result === 'string')
      return answer.result
  } catch {
    return 'not JSON'
  }
  return 'no result'
}

function describe(error: unknown): string {
  const code = error instanceof RequestError ? error.code : 'ERR_NETWORK'
  switch (code) {
    case 'ECONNREFUSED':
      return 'nothing listens there'
    case 'ENOTFOUND':
      return 'the host is not known'
    case 'ETIMEDOUT':
      return `no answer within ${timeoutMs / 1000} s`
    default:
      return code
  }
}
