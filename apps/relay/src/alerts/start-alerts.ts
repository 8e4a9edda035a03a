import type { Clock, Timer } from '../clock/clock.ts'
import { errorCodeOf } from '../observability/error-code-of.ts'
import type { RelayEvents } from '../observability/relay-events.ts'
import type { StoreStats } from '../store/store.ts'
import type { AlertSettings } from './alert.ts'
import { createAlertBook } from './alert-book.ts'
import { postAlert } from './post-alert.ts'
import { watchConditions } from './watch-conditions.ts'

/** Alerts that are being sent. */
export interface Alerts {
  stop(): void
}

/** What alerts work with. */
export interface AlertsOptions {
  readonly settings: AlertSettings
  readonly events: RelayEvents
  readonly clock: Clock
  readonly stats: () => Promise<StoreStats>
}

const lookEveryMs = 30_000

/**
 * Looks every 30 seconds, and posts what began or ended since. What was not taken is posted again at the next look, so that there is at
 * most one post per condition and look, whatever the receiver does.
 */
export function startAlerts({ settings, events, clock, stats }: AlertsOptions): Alerts {
  const book = createAlertBook()
  const look = watchConditions({ book, events, clock, maxDueMs: settings.maxDueMs })
  const abort = new AbortController()
  let timer: Timer | undefined

  async function tell(): Promise<void> {
    look(await stats().catch(() => undefined))
    for (const { message, told } of book.untold()) {
      if (abort.signal.aborted) return
      const { alert, state } = message
      try {
        await postAlert(settings.url, message, abort.signal)
        told()
        events.emit('alert:sent', { alert, state })
      } catch (error) {
        if (!abort.signal.aborted) events.emit('alert:failed', { alert, state, code: errorCodeOf(error) })
      }
    }
  }

  function next(): void {
    if (abort.signal.aborted) return
    timer = clock.setTimeout(() => void tell().finally(next), lookEveryMs)
  }
  next()

  return {
    stop() {
      abort.abort()
      timer?.cancel()
    },
  }
}
