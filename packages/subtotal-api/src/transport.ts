import { createHttpClient, createLimit, secretsOf } from '@subtotal-connectors/core'
import { type ApiRequest, urlPathOf } from './api-request.ts'
import { createRequestPace } from './request-pace.ts'
import { retryWaitMs } from './retry-wait.ts'
import { SubtotalApiError } from './subtotal-api-error.ts'
import { type SubtotalApiOptions, systemClock } from './subtotal-api-options.ts'
import { toApiError } from './to-api-error.ts'
import { untilAborted, wait } from './wait.ts'

/** Sends requests to Subtotal's API and gives the JSON of good answers. */
export interface Transport {
  /** Rejects with a `SubtotalApiError`. */
  send(request: ApiRequest): Promise<unknown>
  close(): void
}

const defaultOrigin = 'https://api.subtotal.com'

/** The client's own behaviour: credentials, limits, repeats, and errors that hold no secret. Options are checked already. */
export function createTransport(options: SubtotalApiOptions): Transport {
  const { concurrency = 4, requestsPerSecond = 10, retries = 3, maxRetryWaitMs = 30_000, clock = systemClock } = options
  const credentials = toCredentials(options)
  const client = createHttpClient({
    origin: options.baseUrl ?? defaultOrigin,
    headers: { accept: 'application/json', 'user-agent': 'subtotal-connectors', ...credentials },
    maxSockets: concurrency,
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
  })
  const limit = createLimit(concurrency)
  const pace = createRequestPace(requestsPerSecond, clock)
  const closing = new AbortController()

  const exchange = async (request: ApiRequest, signal: AbortSignal): Promise<unknown> => {
    const heldMs = pace.heldMs()
    if (heldMs > maxRetryWaitMs) throw stillLimited(request, heldMs)
    await pace.turn(signal)
    const token = request.connectionToken === undefined ? {} : { authorization: `Bearer ${request.connectionToken}` }
    const body = request.method === 'GET' ? undefined : bodyText(request)
    const type = body === undefined || body === '' ? {} : { 'content-type': 'application/json' }
    const answer = await client.request(request.method, urlPathOf(request), body, signal, { ...token, ...type })
    const secrets = secretsOf({ ...credentials, ...token })
    const error = toApiError(answer, { request, secrets, now: clock.now() })
    if (error !== undefined) throw error
    return answer.kind === 'answer' ? answer.response.json : undefined
  }

  const attempt = async (request: ApiRequest, signal: AbortSignal): Promise<unknown> => {
    try {
      return await untilAborted(
        limit(() => exchange(request, signal)),
        signal,
      )
    } catch (error) {
      if (SubtotalApiError.isInstance(error)) throw error
      if (!signal.aborted) throw error
      throw new SubtotalApiError('ERR_ABORTED', `${request.call}: The call was aborted.`, {
        isRetryable: false,
        mayHaveArrived: !request.isRepeatable,
      })
    }
  }

  return {
    async send(request) {
      const signal = request.signal === undefined ? closing.signal : AbortSignal.any([request.signal, closing.signal])
      for (let repeat = 1; ; repeat += 1) {
        try {
          return await attempt(request, signal)
        } catch (error) {
          if (!SubtotalApiError.isInstance(error)) throw error
          if (error.code === 'ERR_SUBTOTAL_RATE_LIMITED' && error.status === 429) pace.hold(error.retryAfterMs ?? 0)
          if (!error.isRetryable || !request.isRepeatable || repeat > retries) throw error
          const waitMs = retryWaitMs(repeat, error.retryAfterMs)
          if (waitMs > maxRetryWaitMs) throw error
          await wait(clock, waitMs, signal).catch(() => undefined)
        }
      }
    },
    close() {
      closing.abort()
      client.close()
    },
  }
}

function toCredentials({ apiKey = '', accessToken }: SubtotalApiOptions): Record<string, string> {
  return accessToken === undefined ? { 'x-api-key': apiKey } : { authorization: `Bearer ${accessToken}` }
}

function bodyText({ body }: ApiRequest): string {
  return body === undefined ? '' : JSON.stringify(body)
}

function stillLimited({ call }: ApiRequest, retryAfterMs: number): SubtotalApiError {
  const sentence = `${call}: Subtotal asked to wait before the next request; nothing was sent.`
  return new SubtotalApiError('ERR_SUBTOTAL_RATE_LIMITED', sentence, { isRetryable: true, retryAfterMs: Math.ceil(retryAfterMs) })
}
