import type { ImportsStore } from '../store/imports-store.ts'

const hourMs = 3_600_000
/** How long Subtotal tries to deliver a webhook: six attempts over 17 h 35 min. */
const subtotalRetriesMs = 17 * hourMs + 35 * 60_000
/** How far back a gap is looked for. */
const searchedMs = 30 * 24 * hourMs

/** The first and the last webhook of an hour. */
interface Hour {
  readonly first: number
  readonly last: number
}

/**
 * Since when webhooks may have been missed: the beginning of the first time in the last 30 days in which none came in for longer than
 * Subtotal retries, less the time that it retries (for those before it that were still being tried). `null`: there was no such time, or
 * nothing ever came in.
 */
export async function findReceptionGap(store: Pick<ImportsStore, 'surveyReceipts'>, now: number): Promise<number | null> {
  const hours = new Map<number, Hour>()
  let isRecent = true
  for (let before: number | null = null; isRecent; ) {
    const { times, next } = await store.surveyReceipts(before)
    for (const time of times) addTime(hours, time)
    isRecent = next !== null && (times.length === 0 || times.some((time) => time >= now - searchedMs))
    before = next
    await new Promise((resolve) => setImmediate(resolve))
  }
  const sorted = [...hours.values(), { first: now, last: now }].toSorted((one, other) => one.first - other.first)
  const start = sorted.find(({ last }, index) => {
    const end = sorted[index + 1]?.first
    return end !== undefined && end >= now - searchedMs && end - last > subtotalRetriesMs
  })
  return start === undefined ? null : start.last - subtotalRetriesMs
}

/** Events are not stored in the order of their receipt when they come out of quarantine: what matters is what hours had any. */
function addTime(hours: Map<number, Hour>, time: number): void {
  const key = Math.floor(time / hourMs)
  const hour = hours.get(key)
  hours.set(key, { first: Math.min(time, hour?.first ?? time), last: Math.max(time, hour?.last ?? time) })
}
