import type { ChaosStore, StoreKind } from './support/chaos-store.ts'
import type { Counts } from './support/judge.ts'

/** What a run of the rows is given. */
export interface ChaosContext {
  /** The relay's `main.js` or `main.ts`. */
  readonly entry: string
  /** What keeps the stores. */
  readonly kind: StoreKind
  /** Kills at random moments. */
  readonly rounds: number
  /** Power cuts. */
  readonly powerCuts: number
  /** Fewer and shorter: to see that everything works. */
  readonly isQuick: boolean
  /** An empty folder of its own for each call. */
  folder(): string
  /** An empty store of its own for each call. */
  store(): Promise<ChaosStore>
  /** Tells how far a row is. */
  progress(text: string): void
}

/** What came of one fault. */
export interface ChaosResult {
  /** What was done, in a few words. */
  readonly fault: string
  readonly counts: Counts
  /** What was measured, in a few words. */
  readonly notes: readonly string[]
  /** What is not as promised. Empty: passed. */
  readonly problems: readonly string[]
  /** Why it could not be run here. */
  readonly skipped?: string
}

/** A row of the table of faults. */
export interface ChaosRow {
  /** Its number in the table; `load` for the load. */
  readonly id: string
  readonly name: string
  /** The stores that it can be run with. Default: SQLite alone. */
  readonly stores?: readonly StoreKind[]
  run(context: ChaosContext): Promise<readonly ChaosResult[]>
}

/** Nothing sent. */
export const noCounts: Counts = { acknowledged: 0, delivered: 0, dead: 0, waiting: 0, lost: 0, duplicates: 0 }

/** The problems whose condition does not hold. */
export function problemsOf(conditions: Readonly<Record<string, boolean>>): readonly string[] {
  return Object.entries(conditions).flatMap(([problem, holds]) => (holds ? [] : problem))
}

/** The stores of a row that can be run with both. */
export const bothStores: readonly StoreKind[] = ['sqlite', 'postgres']

/** Whether a row can be run with a kind of store. */
export function runsWith({ stores = ['sqlite'] }: ChaosRow, kind: StoreKind): boolean {
  return stores.includes(kind)
}
