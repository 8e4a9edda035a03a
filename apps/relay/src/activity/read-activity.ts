import type { Store } from '../store/store.ts'
import type { ActivityRange, ActivitySteps } from './activity-range.ts'
import { activitySteps } from './activity-range.ts'
import type { Activity } from './summarise-activity.ts'
import { summariseActivity } from './summarise-activity.ts'

/** What happened in a range, and its steps. */
export interface RangedActivity extends Activity {
  readonly range: ActivityRange
  readonly steps: ActivitySteps
}

/** Reads what happened in a range that ends now, at these destinations first. */
export async function readActivity(
  store: Pick<Store, 'listActivity'>,
  range: ActivityRange,
  now: number,
  destinations: readonly string[],
): Promise<RangedActivity> {
  const steps = activitySteps(range, now)
  return { range, steps, ...summariseActivity(await store.listActivity(steps), steps, destinations) }
}
