import type { ErrorCode } from './error-code.ts'
import { SubtotalError } from './subtotal-error.ts'

/** A webhook whose signature or timestamp is not right. Answer 401 and say no more. Thrown by `verifyWebhook`. */
export class WebhookVerificationError extends SubtotalError {
  override readonly name: string = 'WebhookVerificationError'
}

/** A webhook that is not JSON or not understood. Thrown by `parseWebhook`. */
export class WebhookParseError extends SubtotalError {
  override readonly name: string = 'WebhookParseError'
  /** The names of the fields that were not understood, without their values: `payload.connection.connection_id`. */
  readonly fields: readonly string[]

  constructor(code: ErrorCode, message: string, fields: readonly string[] = []) {
    super(code, message)
    this.fields = fields
  }
}
