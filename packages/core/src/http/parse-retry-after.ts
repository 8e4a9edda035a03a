const oneHourMs = 3_600_000

/** Which headers say how long to wait; lower-case names. */
export interface RetryAfterHeaders {
  /** The vendor's own, in seconds; read before `retry-after`. */
  readonly wait?: readonly string[]
  /**
   * The vendor's own, in seconds or as an epoch in seconds; read after `retry-after`, and by the runtime only with 429, as
   * vendors send it with every answer.
   */
  readonly reset?: readonly string[]
}

/**
 * Milliseconds to wait before the next request, 0 to one hour; `undefined` when no header says so. `Retry-After` may be
 * seconds or a date (RFC 9110 §10.2.3); a date is measured from the answer's own `Date` where it has one, so that clocks that
 * differ do no harm.
 */
export function parseRetryAfter(
  headers: Readonly<Record<string, string>>,
  now: number,
  names: RetryAfterHeaders = {},
): number | undefined {
  const answeredAt = Date.parse(headers['date'] ?? '')
  const base = Number.isNaN(answeredAt) ? now : answeredAt
  for (const name of [...(names.wait ?? []), 'retry-after']) {
    const waitMs = secondsMs(headers[name]) ?? dateMs(headers[name], base)
    if (waitMs !== undefined) return clamp(waitMs)
  }
  for (const name of names.reset ?? []) {
    const ms = secondsMs(headers[name])
    // Braze: an epoch on ordinary contracts, seconds on others; no wait is 30 years long.
    if (ms !== undefined) return clamp(ms > 1e12 ? ms - base : ms)
  }
  return undefined
}

function secondsMs(value: string | undefined): number | undefined {
  const text = value?.trim() ?? ''
  return /^\d+(\.\d+)?$/.test(text) ? Math.ceil(Number(text) * 1000) : undefined
}

function dateMs(value: string | undefined, base: number): number | undefined {
  // Date.parse takes almost anything ("-5", "soon 1"); an HTTP date begins with the day's name.
  const date = /^[A-Za-z]{3}/.test(value?.trim() ?? '') ? Date.parse(value ?? '') : Number.NaN
  return Number.isNaN(date) ? undefined : date - base
}

function clamp(ms: number): number {
  return Math.min(Math.max(ms, 0), oneHourMs)
}
