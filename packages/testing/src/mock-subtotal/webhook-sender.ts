import http from 'node:http'
import https from 'node:https'
import { type SignedWebhook, signedWebhook } from '../generator/signed-webhook.ts'
import type { SubtotalSettings } from './mock-subtotal-options.ts'
import type { MockAttempt, MockEvent, MockWebhook } from './mock-subtotal-types.ts'

/** Sends events to webhooks on Subtotal's schedule. */
export interface WebhookSender {
  /** Attempts running now. */
  readonly inFlight: number
  /** Attempts that wait for their time. */
  readonly waiting: number
  send(event: MockEvent, webhook: MockWebhook): void
  /** Resolves when no attempt is running. */
  idle(): Promise<void>
  close(): void
}

/** What the sender asks and tells. */
export interface WebhookSenderContext {
  readonly settings: SubtotalSettings
  /** The webhook as it is now; `undefined`: deleted. */
  webhookOf(id: string): MockWebhook | undefined
  attempted(attempt: MockAttempt): void
}

interface Sending {
  readonly event: MockEvent
  readonly webhookId: string
  readonly firstSignedAt: number
}

const timeoutMs = 10_000

/**
 * One POST an attempt, at most six, at fixed distances counted from the beginning of the attempt before. Any 2xx within ten seconds ends it,
 * whatever its body; everything else is tried again, as the list of final failures is in no stored page. Redirects are not followed and
 * `Retry-After` counts for nothing. A changed URL counts for the attempts to come; a webhook that was deleted, paused or no longer
 * subscribes to the type gets no further ones (of a pause no page says it).
 *
 * @see https://docs.subtotal.com/docs/webhooks/delivery-and-retries
 */
export function createWebhookSender({ settings, webhookOf, attempted }: WebhookSenderContext): WebhookSender {
  const { clock, retryDelaysMs } = settings
  const closing = new AbortController()
  const timers = new Set<{ cancel(): void }>()
  let inFlight = 0
  let whenIdle: (() => void)[] = []

  function schedule(delayMs: number, callback: () => void): void {
    const timer = clock.setTimeout(() => {
      timers.delete(timer)
      callback()
    }, delayMs)
    timers.add(timer)
  }

  async function attempt(sending: Sending, number: number): Promise<void> {
    const webhook = webhookOf(sending.webhookId)
    if (webhook === undefined || !webhook.isActive || !webhook.eventTypes.includes(sending.event.type)) return
    const startedAt = clock.now()
    inFlight += 1
    const status = await post(webhook, sending, startedAt)
    inFlight -= 1
    if (!closing.signal.aborted) settle(webhook, sending, number, startedAt, status)
    if (inFlight > 0) return
    for (const resolve of whenIdle) resolve()
    whenIdle = []
  }

  function settle(webhook: MockWebhook, sending: Sending, number: number, startedAt: number, status: number | null): void {
    const { id: eventId, type } = sending.event
    attempted({ eventId, type, webhookId: webhook.id, number, startedAt, status })
    const isDone = status !== null && status >= 200 && status < 300
    const delayMs = retryDelaysMs[number - 1]
    if (!isDone && delayMs !== undefined) {
      schedule(Math.max(0, startedAt + delayMs - clock.now()), () => void attempt(sending, number + 1))
    }
  }

  async function post(webhook: MockWebhook, { event, firstSignedAt }: Sending, startedAt: number): Promise<number | null> {
    const signedAt = new Date(settings.signsAttemptsAnew ? startedAt : firstSignedAt)
    const { body, headers } = signedWebhook(event.body, webhook.signingSecret, signedAt)
    const slow = new AbortController()
    const timer = clock.setTimeout(() => slow.abort(), timeoutMs)
    try {
      return await exchange(new URL(webhook.url), body, headers, AbortSignal.any([closing.signal, slow.signal]))
    } catch {
      return null
    } finally {
      timer.cancel()
    }
  }

  return {
    get inFlight() {
      return inFlight
    },
    get waiting() {
      return timers.size
    },
    send(event, webhook) {
      void attempt({ event, webhookId: webhook.id, firstSignedAt: clock.now() }, 1)
    },
    idle: () => (inFlight === 0 ? Promise.resolve() : new Promise((resolve) => whenIdle.push(resolve))),
    close() {
      closing.abort()
      for (const timer of timers) timer.cancel()
      timers.clear()
    },
  }
}

/** Its sockets are its own and used once, so that no proxy setting of the process leads a webhook elsewhere and none is stale. */
function exchange(url: URL, body: string, headers: SignedWebhook['headers'], signal: AbortSignal): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const [request, agent] = url.protocol === 'https:' ? [https.request, new https.Agent()] : [http.request, new http.Agent()]
    const sent = request(url, { method: 'POST', headers: { ...headers }, agent, signal }, (response) => {
      response.resume()
      resolve(response.statusCode ?? null)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}
