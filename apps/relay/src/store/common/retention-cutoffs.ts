import type { RetentionSettings } from '../../retention/retention-settings.ts'
import { dayMs } from '../../retention/retention-settings.ts'

/** When each clock ran out for what is removed now; milliseconds since 1970. */
export interface Cutoffs {
  readonly now: number
  readonly payload: number
  readonly ledger: number
  readonly deadLetter: number
  readonly quarantine: number
}

/** What is removed now. */
export function toCutoffs(now: number, { payloadDays, ledgerDays, deadLetterDays, quarantineDays }: RetentionSettings): Cutoffs {
  return {
    now,
    payload: now - payloadDays * dayMs,
    ledger: now - ledgerDays * dayMs,
    deadLetter: now - deadLetterDays * dayMs,
    quarantine: now - quarantineDays * dayMs,
  }
}
