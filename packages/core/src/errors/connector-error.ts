import type { ErrorCode } from './error-code.ts'
import { SubtotalError } from './subtotal-error.ts'

/** What {@link ConnectorError} can say of the destination's answer. */
export interface ConnectorErrorDetails {
  /** The HTTP status of the answer. */
  readonly status?: number
  /** The start of the destination's answer, redacted, at most 2,000 characters. */
  readonly body?: string
}

/** Why one event was not delivered: a value in a `DeliveryResult`, never thrown by `deliver`. */
export class ConnectorError extends SubtotalError {
  override readonly name: string = 'ConnectorError'
  readonly status?: number
  readonly body?: string

  constructor(code: ErrorCode, message: string, details: ConnectorErrorDetails = {}) {
    super(code, message)
    if (details.status !== undefined) this.status = details.status
    if (details.body !== undefined) this.body = details.body
  }
}
