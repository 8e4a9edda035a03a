import { SubtotalError } from '@subtotal-connectors/core'
import { SubtotalApiError } from '@subtotal-connectors/subtotal-api'

/** What a failed call of Subtotal's API means for an import. */
export type ImportFailure =
  /** It will pass. */
  | { readonly kind: 'passing'; readonly code: string; readonly retryAfterMs: number }
  /** A person has to do something; nothing can be read until then. */
  | { readonly kind: 'held'; readonly code: string; readonly message: string }
  /** It is about the connection or the purchase alone. */
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  /** The relay stops. */
  | { readonly kind: 'aborted' }

/** Those of the key or the address: every other call would fail in the same way. */
const heldCodes = ['ERR_SUBTOTAL_CREDENTIALS', 'ERR_SUBTOTAL_SCOPE', 'ERR_REDIRECTED']
const messageLimit = 300

/** Tells what a failure means. Rethrows what is no failure of Subtotal's API. */
export function classifyImportFailure(error: unknown): ImportFailure {
  if (!SubtotalError.isInstance(error)) throw error
  const { code } = error
  const message = error.message.slice(0, messageLimit)
  if (!SubtotalApiError.isInstance(error)) return { kind: 'refused', code, message }
  if (code === 'ERR_ABORTED') return { kind: 'aborted' }
  if (heldCodes.includes(code)) return { kind: 'held', code, message }
  if (error.isRetryable) return { kind: 'passing', code, retryAfterMs: error.retryAfterMs ?? 0 }
  return { kind: 'refused', code, message }
}
