/** How many days what is stored is kept. */
export interface RetentionSettings {
  /** What an event says, after it was received. Default 30. */
  readonly payloadDays: number
  /** That an event was received and what became of it, after it was received. Default 400. */
  readonly ledgerDays: number
  /** What a dead letter's event says, after its death, if that is longer. Default 30. */
  readonly deadLetterDays: number
  /** A webhook that was not understood, after it was received. Default 30. */
  readonly quarantineDays: number
}

/** What is kept for how long unless told otherwise. */
export const defaultRetention: RetentionSettings = { payloadDays: 30, ledgerDays: 400, deadLetterDays: 30, quarantineDays: 30 }

/** A century. */
export const mostDays = 36_500

/** What cannot work together, in a sentence; `undefined`: nothing. `toleranceMs`: how old a webhook's signature may be. */
export function refuseRetention(given: Partial<RetentionSettings>, toleranceMs: number): string | undefined {
  const { payloadDays, ledgerDays, deadLetterDays } = { ...defaultRetention, ...given }
  if (ledgerDays < payloadDays || ledgerDays < deadLetterDays) {
    return 'The ledger must be kept at least as long as payloads and dead letters: raise RELAY_RETENTION_LEDGER_DAYS (ledgerDays).'
  }
  if (ledgerDays * dayMs <= toleranceMs) {
    return 'The ledger must be kept for longer than SUBTOTAL_SIGNATURE_TOLERANCE, or a webhook could come twice: raise RELAY_RETENTION_LEDGER_DAYS (ledgerDays).'
  }
  return undefined
}

/** A day in milliseconds. */
export const dayMs = 86_400_000
