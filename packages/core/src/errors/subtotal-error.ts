import type { ErrorCode } from './error-code.ts'

/** The base of every error this project throws or returns. Its message names what failed and what would fix it, and holds no key and nothing about a person. */
export class SubtotalError extends Error {
  static readonly #marker: symbol = Symbol.for('@subtotal-connectors/core:SubtotalError')
  override readonly name: string = 'SubtotalError'
  /** Stable; see `docs/errors.md`. */
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string) {
    super(message)
    this.code = code
    Object.defineProperty(this, SubtotalError.#marker, { value: true })
  }

  /** Tells this project's errors from others, also when two copies of core are installed. */
  static isInstance(value: unknown): value is SubtotalError {
    return typeof value === 'object' && value !== null && SubtotalError.#marker in value
  }
}
