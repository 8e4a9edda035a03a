import type { ErrorCode } from '@subtotal-connectors/core'

/** The codes of the relay's own refusals over HTTP. */
type HttpErrorCode = Extract<
  ErrorCode,
  | 'ERR_BAD_REQUEST'
  | 'ERR_UNAUTHORIZED'
  | 'ERR_FORBIDDEN'
  | 'ERR_NOT_FOUND'
  | 'ERR_CONFLICT'
  | 'ERR_BODY_TOO_LARGE'
  | 'ERR_UNSUPPORTED_MEDIA_TYPE'
  | 'ERR_STORE_UNAVAILABLE'
  | 'ERR_INTERNAL'
>

type HttpStatus = 400 | 401 | 403 | 404 | 409 | 413 | 415 | 500 | 503

const statuses: Readonly<Record<HttpErrorCode, HttpStatus>> = {
  ERR_BAD_REQUEST: 400,
  ERR_UNAUTHORIZED: 401,
  ERR_FORBIDDEN: 403,
  ERR_NOT_FOUND: 404,
  ERR_CONFLICT: 409,
  ERR_BODY_TOO_LARGE: 413,
  ERR_UNSUPPORTED_MEDIA_TYPE: 415,
  ERR_INTERNAL: 500,
  ERR_STORE_UNAVAILABLE: 503,
}

/** A refusal, thrown by routes and answered as `{ error: { code, message } }`. */
export class HttpError extends Error {
  override readonly name: string = 'HttpError'
  readonly code: HttpErrorCode
  readonly headers: Readonly<Record<string, string>>

  constructor(code: HttpErrorCode, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message)
    this.code = code
    this.headers = headers
  }

  /** The status of the answer. */
  get status(): HttpStatus {
    return statuses[this.code]
  }

  /** The answer. */
  toResponse(): Response {
    const body = { error: { code: this.code, message: this.message } }
    return Response.json(body, { status: this.status, headers: this.headers })
  }
}
