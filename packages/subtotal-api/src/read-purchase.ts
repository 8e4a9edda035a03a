import { type Purchase, parsePurchase, WebhookParseError } from '@subtotal-connectors/core'
import type { ApiRequest } from './api-request.ts'
import { unreadable } from './read-answer.ts'

/** A purchase in an answer of any age, in core's form. Throws a `SubtotalApiError` that names what is not as documented. */
export function readPurchase(request: ApiRequest, json: unknown): Purchase {
  try {
    return parsePurchase(json)
  } catch (error) {
    if (error instanceof WebhookParseError) throw unreadable(request, error.fields)
    throw error
  }
}
