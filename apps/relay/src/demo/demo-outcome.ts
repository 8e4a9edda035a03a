import type { Arrivals } from './arrivals.ts'
import type { DemoSnapshot } from './demo-snapshot.ts'

/** The ids that one mock destination recorded, compared with the ids that were sent. */
export interface DestinationVerdict {
  readonly name: string
  readonly expected: number
  readonly arrived: number
  /** Profiles that were skipped because a newer one of their connection went before them. */
  readonly superseded: number
  readonly missing: number
  readonly extra: number
  /** Some of the missing. */
  readonly examples: readonly string[]
}

/** How a demo ended. */
export interface DemoOutcome {
  readonly snapshot: DemoSnapshot
  readonly verdicts: readonly DestinationVerdict[]
  /** Every destination recorded each event that was sent, once, and all webhooks that were asked for were sent. */
  readonly isComplete: boolean
}

const exampleCount = 3

/** The verdict on one destination. */
export function toVerdict(name: string, arrivals: Arrivals): DestinationVerdict {
  const { expected, arrived, superseded, missing, extra } = arrivals
  return { name, expected, arrived, superseded, missing, extra, examples: arrivals.examples(exampleCount) }
}
