import { WebhookParseError } from '../errors/webhook-error.ts'
import type { WebhookBody } from './webhook-body.ts'

/**
 * The body as JSON. A byte order mark is ignored. Throws a `WebhookParseError` with `ERR_WEBHOOK_NOT_JSON` for what is not UTF-8
 * or not JSON; the parser's own message is left out, because it quotes the body.
 */
export function readJson(body: WebhookBody): unknown {
  const json = tryJson(body)
  if (json === undefined) throw new WebhookParseError('ERR_WEBHOOK_NOT_JSON', 'The webhook is not JSON in UTF-8')
  return json
}

/** The text or bytes as JSON; `undefined` when they are not. */
export function tryJson(body: WebhookBody): unknown {
  try {
    const text = typeof body === 'string' ? body : new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body)
    const parsed: unknown = JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text)
    return parsed
  } catch {
    return undefined
  }
}
