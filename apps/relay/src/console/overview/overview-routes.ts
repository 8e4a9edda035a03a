import type { Hono } from 'hono'
import { activityRanges } from '../../activity/activity-range.ts'
import { readActivity } from '../../activity/read-activity.ts'
import { isLoopbackHost } from '../../http/authenticate.ts'
import { readQuery } from '../../http/read-query.ts'
import type { ConsoleEnvironment } from '../console-environment.ts'
import type { ConsoleOptions } from '../console-routes.ts'
import { respond } from '../respond.ts'
import { overviewPage } from './overview-page.ts'

/** Adds the overview. */
export function addOverviewRoutes(routes: Hono<ConsoleEnvironment>, options: ConsoleOptions): void {
  const { store, clock, destinations, lanes } = options
  routes.get('/', async (context) => {
    const { filter } = readQuery(context.req.url, { range: activityRanges })
    const range = activityRanges.find((one) => one === filter['range']) ?? '1h'
    const now = clock.now()
    const [stats, activity] = await Promise.all([store.stats(), readActivity(store, range, now, destinations)])
    const { host } = context.env.incoming.headers
    const webhookUrl = `${isLoopbackHost(host) ? 'http' : 'https'}://${host ?? ''}/webhooks/subtotal`
    return respond(context, overviewPage({ now, stats, activity, lanes: lanes(stats), webhookUrl }))
  })
}
