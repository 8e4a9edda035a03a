import type { ActivityKind, AnswerActivityKind } from '../activity/activity-kind.ts'
import type { ActivitySteps } from '../activity/activity-range.ts'

/** Something that happened so often in a minute, without a transaction of its own. */
export interface ActivityCount {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly kind: AnswerActivityKind
  readonly count: number
}

/** How often something happened in a step. */
export interface ActivityRow {
  /** When the step began. */
  readonly at: number
  /** `null`: of receiving. */
  readonly destination: string | null
  readonly kind: ActivityKind
  /** The class of the latency, of what was delivered; else 0. */
  readonly latency: number
  readonly count: number
}

/**
 * What happened, counted by the minute for a day and by the hour for a week. What is stored or settled is counted in the same transaction.
 * Part of the `Store`, with its promises.
 */
export interface ActivityStore {
  countActivity(counts: readonly ActivityCount[]): Promise<void>
  /** What happened in each step. A step is whole minutes, or whole hours where it began more than a day ago. */
  listActivity(steps: ActivitySteps): Promise<readonly ActivityRow[]>
}
