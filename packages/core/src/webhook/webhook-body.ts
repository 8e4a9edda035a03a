/** A webhook's body exactly as it came in: its bytes (best), or its text before any parsing. */
export type WebhookBody = string | Uint8Array

/** Whether the value is a {@link WebhookBody}. An already parsed body is not: its bytes cannot be had back. */
export function isWebhookBody(value: unknown): value is WebhookBody {
  return typeof value === 'string' || value instanceof Uint8Array
}
