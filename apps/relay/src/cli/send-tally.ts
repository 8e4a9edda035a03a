import type { PostResult } from './post-webhook.ts'

/** What became of the webhooks that were sent, in numbers. */
interface SendTotals {
  readonly sent: number
  readonly failed: number
  /** How many had each kind of answer: `stored`, `duplicate`, `refused with 401: …`. */
  readonly answers: Readonly<Record<string, number>>
  readonly elapsedMs: number
  readonly medianMs: number
  readonly slowestMs: number
}

/** What became of the webhooks that were sent. */
export interface SendTally {
  /** Adds one answer. */
  add(result: PostResult): void
  /** How many were sent, whatever became of them. */
  readonly sent: number
  /** How many were not answered 2xx. */
  readonly failed: number
  /** The same as {@link SendTally.summary} for machines. */
  totals(elapsedMs: number): SendTotals
  /** A person's summary: each kind of answer with its count, then the times. */
  summary(elapsedMs: number): string
}

const hints: Readonly<Record<number, string>> = {
  401: 'the signature or its time was not accepted: is SUBTOTAL_SIGNING_SECRET the one of the relay?',
  404: 'there is no relay at this URL',
  413: 'the body is larger than RELAY_BODY_LIMIT',
  415: 'the relay refuses this content type',
  503: 'the relay could not store it; nothing was acknowledged',
}

/** Counts answers by kind. Keeps one number per answer for the median. */
export function createSendTally(): SendTally {
  const counts = new Map<string, number>()
  const durationsMs: number[] = []
  let failed = 0

  function totals(elapsedMs: number): SendTotals {
    const sorted = durationsMs.toSorted((a, b) => a - b)
    const medianMs = sorted[Math.floor(sorted.length / 2)] ?? 0
    const answers = Object.fromEntries(counts)
    return { sent: sorted.length, failed, answers, elapsedMs, medianMs, slowestMs: sorted.at(-1) ?? 0 }
  }

  return {
    add(result) {
      const isGood = result.kind === 'answered' && result.status >= 200 && result.status < 300
      if (!isGood) failed += 1
      durationsMs.push(result.durationMs)
      const kind = describe(result, isGood)
      counts.set(kind, (counts.get(kind) ?? 0) + 1)
    },
    get sent() {
      return durationsMs.length
    },
    get failed() {
      return failed
    },
    totals,
    summary(elapsedMs) {
      const { sent, medianMs, slowestMs } = totals(elapsedMs)
      const perSecond = sent / Math.max(elapsedMs / 1000, 0.001)
      const lines = [
        `Sent ${sent} in ${(elapsedMs / 1000).toFixed(1)} s (${perSecond.toFixed(1)}/s); median answer ${medianMs.toFixed(1)} ms, slowest ${slowestMs.toFixed(1)} ms.`,
        ...[...counts].map(([kind, count]) => `  ${count} ${kind}`),
      ]
      return `${lines.join('\n')}\n`
    },
  }
}

function describe(result: PostResult, isGood: boolean): string {
  if (result.kind === 'unanswered') return `without an answer: ${result.reason}`
  if (isGood) return result.result
  const hint = hints[result.status]
  return `refused with ${result.status}${hint === undefined ? '' : `: ${hint}`}`
}
