import type { Clock, Timer } from '../clock/clock.ts'
import { errorCodeOf } from '../observability/error-code-of.ts'
import type { RelayEvents } from '../observability/relay-events.ts'
import type { AlertSharing } from '../store/alert-sharing.ts'
import type { StoreStats } from '../store/store.ts'
import type { AlertSettings } from './alert.ts'
import type { BookEntry } from './alert-book.ts'
import { createAlertBook } from './alert-book.ts'
import { alertTurns } from './alert-turns.ts'
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
  /** With other relays of the store, each alert is told by one of them. */
  readonly sharing?: AlertSharing
}

const lookEveryMs = 30_000

/**
 * Looks every 30 seconds, and posts what began or ended since. What was not taken is posted again at the next look, so that there is at
 * most one post per condition and look, whatever the receiver does.
 */
export function startAlerts({ settings, events, clock, stats, sharing }: AlertsOptions): Alerts {
  const book = createAlertBook()
  const turns = alertTurns(sharing)
  const look = watchConditions({ book, events, clock, maxDueMs: settings.maxDueMs })
  const abort = new AbortController()
  let timer: Timer | undefined

  async function tell(): Promise<void> {
    look(await stats().catch(() => undefined))
    for (const entry of book.entries()) {
      if (abort.signal.aborted) return
      const turn = await turns.take(entry)
      if (turn === 'post') await post(entry)
      else if (turn === 'told') entry.told()
    }
  }

  async function post(entry: BookEntry): Promise<void> {
    const { alert, state } = entry.message
    try {
      await postAlert(settings.url, entry.message, abort.signal)
      entry.told()
      events.emit('alert:sent', { alert, state })
      await turns.end(entry, true)
    } catch (error) {
      if (!abort.signal.aborted) events.emit('alert:failed', { alert, state, code: errorCodeOf(error) })
      await turns.end(entry, false)
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
