import type { RetentionSettings } from '../retention/retention-settings.ts'

/** What one step of retention removed. */
export interface RetentionStep {
  /** Events that have nothing but their ledger entry left. */
  readonly payloads: number
  /** Events that have nothing left. */
  readonly ledger: number
  readonly quarantined: number
  /** Everything has been looked at. */
  readonly isEnd: boolean
}

/** What is needed to keep nothing for longer than it should be. Part of the `Store`, with its promises. */
export interface RetentionStore {
  /**
   * Takes one step of a round through what is stored: a few milliseconds. Nothing is ever removed of an event with a pending delivery. What
   * is left in the ledger still knows an event that comes again, and is delivered no more.
   */
  retain(request: { readonly now: number; readonly settings: RetentionSettings }): Promise<RetentionStep>
}
