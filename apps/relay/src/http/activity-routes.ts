import type { Hono } from 'hono'
import { activityRanges } from '../activity/activity-range.ts'
import { readActivity } from '../activity/read-activity.ts'
import type { Clock } from '../clock/clock.ts'
import type { Store } from '../store/store.ts'
import type { AdminEnvironment } from './admin-environment.ts'
import { readQuery } from './read-query.ts'
import { showActivity } from './show-activity.ts'

/** What the route of activity works with. */
export interface ActivityRoutesOptions {
  readonly store: Store
  readonly clock: Clock
  readonly destinations: readonly string[]
}

/** Adds `/activity`: what came in and what became of it, in steps of time. */
export function addActivityRoutes(routes: Hono<AdminEnvironment>, { store, clock, destinations }: ActivityRoutesOptions): void {
  routes.get('/activity', async (context) => {
    const { filter } = readQuery(context.req.url, { range: activityRanges })
    const range = activityRanges.find((one) => one === filter['range']) ?? '1h'
    return context.json(showActivity(await readActivity(store, range, clock.now(), destinations)))
  })
}
