import { parseIsoTime, ulidTime } from '@subtotal-connectors/core'
import type { PurchaseSummary } from '@subtotal-connectors/subtotal-api'
import type { ImportSettings } from '../store/imports-store.ts'

type Period = Pick<ImportSettings, 'isMissed' | 'since' | 'until'>

/**
 * Whether an import takes a purchase. The period is about the purchase's date. Of what was missed it is about when Subtotal sent the
 * webhook: about the time inside the purchase's id, a ULID, as a purchase may be found long after it was made; then the date is as
 * good. A purchase without any time is taken.
 */
export function isInPeriod({ id, date }: Pick<PurchaseSummary, 'id' | 'date'>, { isMissed, since, until }: Period): boolean {
  const purchasedAt = date === null ? undefined : parseIsoTime(date)
  const times = [purchasedAt, isMissed ? ulidTime(id) : undefined].filter((time) => time !== undefined)
  if (times.length === 0) return true
  return times.some((time) => time >= (since ?? 0) && time <= (until ?? Number.POSITIVE_INFINITY))
}

/** Whether nothing older than this page is in the period. Pages begin with the newest purchase; how late one was found is not known. */
export function isPastPeriod(page: readonly Pick<PurchaseSummary, 'date'>[], { isMissed, since }: Period): boolean {
  const date = page.at(-1)?.date
  if (isMissed || since === null || date === undefined || date === null) return false
  const purchasedAt = parseIsoTime(date)
  return purchasedAt !== undefined && purchasedAt < since
}
