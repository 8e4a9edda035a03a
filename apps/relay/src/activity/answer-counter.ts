import type { Clock, Timer } from '../clock/clock.ts'
import { errorCodeOf } from '../observability/error-code-of.ts'
import type { RelayEvents, WebhookResult } from '../observability/relay-events.ts'
import type { ActivityCount } from '../store/activity-store.ts'
import type { Store } from '../store/store.ts'
import type { AnswerActivityKind } from './activity-kind.ts'

/** Counts the webhooks of which no event is stored. */
export interface AnswerCounter {
  /** Writes down what was counted, and counts no more. */
  stop(): Promise<void>
}

/** What the counter works with. */
export interface AnswerCounterOptions {
  readonly store: Pick<Store, 'countActivity'>
  readonly events: RelayEvents
  readonly clock: Clock
}

const writeMs = 10_000
const minuteMs = 60_000

/**
 * Counts answers in memory and writes them down every ten seconds: whoever floods the relay with what it refuses is not given a write for
 * each. A crash loses what was counted since.
 */
export function createAnswerCounter({ store, events, clock }: AnswerCounterOptions): AnswerCounter {
  const counted = new Map<AnswerActivityKind, Map<number, number>>()
  let isStopping = false
  let timer: Timer | undefined
  let writing: Promise<void> = Promise.resolve()

  function add(kind: AnswerActivityKind, minute: number, number: number): void {
    const minutes = counted.get(kind) ?? new Map<number, number>()
    counted.set(kind, minutes.set(minute, (minutes.get(minute) ?? 0) + number))
  }

  function count({ result }: { readonly result: WebhookResult }): void {
    if (result === 'stored') return
    add(result, Math.floor(clock.now() / minuteMs), 1)
    timer ??= clock.setTimeout(() => void write(), writeMs)
  }

  async function write(): Promise<void> {
    timer = undefined
    const counts: ActivityCount[] = [...counted].flatMap(([kind, minutes]) =>
      [...minutes].map(([minute, number]) => ({ at: minute * minuteMs, kind, count: number })),
    )
    counted.clear()
    if (counts.length === 0) return
    writing = store.countActivity(counts).catch((error: unknown) => {
      events.emit('activity:failed', { code: errorCodeOf(error) })
      for (const { kind, at, count: number } of counts) add(kind, at / minuteMs, number)
      if (!isStopping) timer ??= clock.setTimeout(() => void write(), writeMs)
    })
    await writing
  }

  events.on('webhook:answered', count)
  return {
    async stop() {
      isStopping = true
      events.off('webhook:answered', count)
      timer?.cancel()
      await writing
      await write()
    },
  }
}
