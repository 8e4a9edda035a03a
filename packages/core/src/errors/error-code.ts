/**
 * Every code that an error, a rejected delivery or a dead letter of this project can carry. `docs/errors.md` has a heading for
 * each, with its cause and remedy.
 */
export const errorCodes = [
  // Options and configuration
  'ERR_OPTIONS',
  'ERR_CONFIGURATION',
  // Webhooks
  'ERR_SIGNATURE_MISSING',
  'ERR_SIGNATURE_MISMATCH',
  'ERR_TIMESTAMP_MISSING',
  'ERR_TIMESTAMP_INVALID',
  'ERR_TIMESTAMP_OUTSIDE_TOLERANCE',
  'ERR_WEBHOOK_NOT_JSON',
  'ERR_WEBHOOK_UNKNOWN_TYPE',
  'ERR_WEBHOOK_INVALID',
  // Before an event is sent
  'ERR_MAPPING',
  'ERR_NO_IDENTIFIER',
  'ERR_TOO_LARGE',
  // The destination's answers
  'ERR_REJECTED',
  'ERR_CREDENTIALS',
  'ERR_DESTINATION_NOT_FOUND',
  'ERR_REDIRECTED',
  'ERR_RATE_LIMITED',
  'ERR_UNAVAILABLE',
  'ERR_UNREADABLE_ANSWER',
  'ERR_UNACCOUNTED',
  // No answer
  'ERR_TIMEOUT',
  'ERR_NETWORK',
  'ERR_ABORTED',
  // Subtotal's API
  'ERR_SUBTOTAL_CREDENTIALS',
  'ERR_SUBTOTAL_SCOPE',
  'ERR_SUBTOTAL_NOT_FOUND',
  'ERR_SUBTOTAL_REFUSED',
  'ERR_SUBTOTAL_RATE_LIMITED',
  'ERR_SUBTOTAL_UNAVAILABLE',
  'ERR_SUBTOTAL_UNREADABLE',
  // The relay's verdicts
  'ERR_OUTCOME_UNKNOWN',
  'ERR_MAX_AGE',
  'ERR_MARKED_DEAD',
  'ERR_STORED_EVENT_UNREADABLE',
  'ERR_ENRICHMENT_OFF',
  'ERR_ENRICHMENT_EXPIRED',
  // The relay's answers over HTTP
  'ERR_BAD_REQUEST',
  'ERR_UNAUTHORIZED',
  'ERR_FORBIDDEN',
  'ERR_NOT_FOUND',
  'ERR_CONFLICT',
  'ERR_BODY_TOO_LARGE',
  'ERR_UNSUPPORTED_MEDIA_TYPE',
  'ERR_STORE_UNAVAILABLE',
  'ERR_INTERNAL',
] as const

/** One of {@link errorCodes}. */
export type ErrorCode = (typeof errorCodes)[number]
