/** What one check found. */
export interface Finding {
  /** What was looked at: `disk`, `clock`, a destination's name. */
  readonly check: string
  /** `warn`: it works, and perhaps not as meant. `fail`: events would not be taken, kept or delivered. */
  readonly status: 'ok' | 'warn' | 'fail'
  /** A sentence without secrets. */
  readonly message: string
  /** What to do; `null` where nothing is. */
  readonly remedy: string | null
}

/** As it should be. */
export function ok(check: string, message: string): Finding {
  return { check, status: 'ok', message, remedy: null }
}

/** It works, and perhaps not as meant. */
export function warn(check: string, message: string, remedy: string | null = null): Finding {
  return { check, status: 'warn', message, remedy }
}

/** Events would not be taken, kept or delivered. */
export function fail(check: string, message: string, remedy: string | null = null): Finding {
  return { check, status: 'fail', message, remedy }
}
