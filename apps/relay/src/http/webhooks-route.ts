import type { HttpBindings } from '@hono/node-server'
import type { Context, Handler } from 'hono'
import type { Clock } from '../clock/clock.ts'
import type { BodyBudget } from '../ingest/body-budget.ts'
import { OverloadedError } from '../ingest/group-commit.ts'
import type { ReceivedWebhook } from '../ingest/receive-webhook.ts'
import { errorCodeOf } from '../observability/error-code-of.ts'
import type { RelayEvents, WebhookResult } from '../observability/relay-events.ts'
import { HttpError } from './http-error.ts'
import { readBody } from './read-body.ts'

/** What is known of each request. */
export interface HttpEnvironment {
  Bindings: HttpBindings
}

/** What the route works with. */
export interface WebhooksRouteOptions {
  readonly bodyLimitBytes: number
  /** Bounds the bodies of all requests together. */
  readonly budget: BodyBudget
  readonly events: RelayEvents
  readonly clock: Pick<Clock, 'elapsed'>
  readonly receive: (body: Uint8Array, headers: HttpBindings['incoming']['headers']) => Promise<ReceivedWebhook>
}

const retryAfterSeconds = '5'
const formTypes = /^\s*(multipart\/|application\/x-www-form-urlencoded)/i

/** `POST /webhooks/subtotal`: 202 when the webhook is kept, else why not; no answer says anything of its content. */
export function webhooksRoute({
  bodyLimitBytes,
  budget,
  events,
  clock,
  receive,
}: WebhooksRouteOptions): Handler<HttpEnvironment> {
  return async (context) => {
    const startedAt = clock.elapsed()
    const tell = (result: WebhookResult, more: { eventId?: string; eventType?: string } = {}): void => {
      events.emit('webhook:answered', { result, durationMs: clock.elapsed() - startedAt, ...more })
    }
    const { incoming } = context.env
    const refused = Promise.withResolvers<never>()
    const budgeted = budget.open(() => refused.reject(new OverloadedError('Too much is being received.')))
    context.env.outgoing.once('close', budgeted.close)
    const body = await Promise.race([readBody(incoming, bodyLimitBytes, budgeted.take), refused.promise]).catch(
      (error: unknown) => {
        if (!(error instanceof OverloadedError)) throw error
        tell('unavailable')
        throw unavailable({ connection: 'close' })
      },
    )
    budgeted.complete()
    if (body === undefined) {
      tell('too_large')
      throw new HttpError('ERR_BODY_TOO_LARGE', `The body is larger than ${bodyLimitBytes} bytes.`, { connection: 'close' })
    }
    if (formTypes.test(incoming.headers['content-type'] ?? '')) {
      tell('unsupported')
      throw new HttpError('ERR_UNSUPPORTED_MEDIA_TYPE', 'Send the webhook as JSON.')
    }
    const received = await receive(body, incoming.headers).catch((error: unknown) => {
      tell('unavailable')
      events.emit('request:failed', { path: '/webhooks/subtotal', code: errorCodeOf(error) })
      throw unavailable()
    })
    if (received.result === 'unauthorized') {
      tell('unauthorized')
      throw new HttpError('ERR_UNAUTHORIZED', 'The signature or timestamp is not right.')
    }
    tell(received.result, 'eventType' in received ? { eventId: received.id, eventType: received.eventType } : {})
    return accepted(context, received.id, received.result)
  }
}

function unavailable(headers: Readonly<Record<string, string>> = {}): HttpError {
  return new HttpError('ERR_STORE_UNAVAILABLE', 'Not stored; send it again.', { 'retry-after': retryAfterSeconds, ...headers })
}

function accepted(context: Context<HttpEnvironment>, id: string | null, result: string): Response {
  return context.json({ id, result }, 202)
}
