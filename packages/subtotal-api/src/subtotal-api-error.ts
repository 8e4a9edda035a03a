import { type ErrorCode, SubtotalError } from '@subtotal-connectors/core'

/** What a {@link SubtotalApiError} can say besides its code. */
export interface SubtotalApiErrorDetails {
  /** Whether the same call may succeed later without anybody doing anything. */
  readonly isRetryable: boolean
  /** The HTTP status of the answer. */
  readonly status?: number | undefined
  /**
   * The start of Subtotal's answer, redacted, at most 2,000 characters. Left out where it could tell of a person whom the request does not
   * name.
   */
  readonly body?: string | undefined
  /** How long Subtotal asks to wait, in milliseconds. */
  readonly retryAfterMs?: number | undefined
  /** Names of the fields that are at fault: of the answer when it is not as documented, of the request when Subtotal refused it. */
  readonly fields?: readonly string[]
  /** Whether the request may have had its effect although no good answer came. */
  readonly mayHaveArrived?: boolean
}

/** A call of Subtotal's API that did not succeed. It holds no key, no request and nothing about a person. */
export class SubtotalApiError extends SubtotalError {
  static readonly #marker: symbol = Symbol.for('@subtotal-connectors/subtotal-api:SubtotalApiError')
  override readonly name: string = 'SubtotalApiError'
  readonly isRetryable: boolean
  readonly status?: number
  readonly body?: string
  readonly retryAfterMs?: number
  readonly fields: readonly string[]
  readonly mayHaveArrived: boolean

  constructor(code: ErrorCode, message: string, details: SubtotalApiErrorDetails) {
    super(code, message)
    this.isRetryable = details.isRetryable
    if (details.status !== undefined) this.status = details.status
    if (details.body !== undefined) this.body = details.body
    if (details.retryAfterMs !== undefined) this.retryAfterMs = details.retryAfterMs
    this.fields = details.fields ?? []
    this.mayHaveArrived = details.mayHaveArrived ?? false
    Object.defineProperty(this, SubtotalApiError.#marker, { value: true })
  }

  /** Tells these errors from others, also when two copies of this package are installed. */
  static override isInstance(value: unknown): value is SubtotalApiError {
    return typeof value === 'object' && value !== null && SubtotalApiError.#marker in value
  }
}
