/** The circumstances of an event's receipt; times in milliseconds since 1970. */
export interface ReceiptContext {
  readonly receivedAt: number
  readonly signedAt: number | undefined
  /** A purchase older than this at its receipt is historical, in milliseconds. */
  readonly historicalAfterMs: number
}

/** 72 hours. */
export const defaultHistoricalAfterMs: number = 72 * 60 * 60 * 1000
