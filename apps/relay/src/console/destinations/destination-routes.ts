import type { CheckResult, Connector } from '@subtotal-connectors/core'
import type { Context, Hono } from 'hono'
import { HttpError } from '../../http/http-error.ts'
import { errorCodeOf } from '../../observability/error-code-of.ts'
import type { LaneControl, LaneRecord } from '../../operations/pause-lane.ts'
import { longestReason, pauseLane, resumeLane } from '../../operations/pause-lane.ts'
import type { ConsoleEnvironment } from '../console-environment.ts'
import type { ConsoleOptions } from '../console-routes.ts'
import { readOperatorForm } from '../read-form.ts'
import { respond } from '../respond.ts'
import { describeDestination } from './describe-destination.ts'
import type { ConfiguredDestination, DestinationsData } from './destinations-page.ts'
import { destinationsPage, toDone } from './destinations-page.ts'

type ConsoleContext = Context<ConsoleEnvironment>

const checkTimeoutMs = 30_000

/** Adds the destinations: how they are set up, checking, pausing and resuming them. */
export function addDestinationRoutes(routes: Hono<ConsoleEnvironment>, options: ConsoleOptions): void {
  const { store, clock, connectors, laneControls, laneSettings, lanes } = options

  async function read(): Promise<readonly ConfiguredDestination[]> {
    return Promise.all(
      lanes(await store.stats()).map(async (lane) => {
        const connector = connectors[lane.destination]
        if (connector === undefined) return { lane }
        const settings = laneSettings[lane.destination] ?? {}
        return { lane, setUp: { connector, settings, description: await describeDestination(connector) } }
      }),
    )
  }

  async function page(context: ConsoleContext, more: Partial<DestinationsData> = {}, status: 200 | 400 = 200): Promise<Response> {
    const data = { session: context.get('session'), now: clock.now(), destinations: await read(), ...more }
    return respond(context, destinationsPage(data), status)
  }

  function findLane(context: ConsoleContext): LaneControl {
    const lane = laneControls.find((one) => one.destination === context.req.param('name'))
    if (lane === undefined) throw new HttpError('ERR_NOT_FOUND', 'No such destination is configured.')
    return lane
  }

  const recordOf = (context: ConsoleContext): LaneRecord => ({ store, clock, actor: context.get('session').role })

  routes.get('/destinations', (context) => {
    const done = toDone(context.req.query('done'))
    return page(context, done === undefined ? {} : { done })
  })

  routes.post('/destinations/:name/pause', async (context) => {
    const form = await readOperatorForm(context)
    const lane = findLane(context)
    const reason = form.get('reason')?.trim() ?? ''
    if (reason.length > longestReason)
      return page(context, { problem: `Give a reason of at most ${longestReason} characters.` }, 400)
    await pauseLane(lane, recordOf(context), reason === '' ? undefined : reason)
    return context.redirect('/console/destinations?done=paused', 303)
  })

  routes.post('/destinations/:name/resume', async (context) => {
    await readOperatorForm(context)
    await resumeLane(findLane(context), recordOf(context))
    return context.redirect('/console/destinations?done=resumed', 303)
  })

  routes.post('/destinations/:name/check', async (context) => {
    await readOperatorForm(context)
    const { destination } = findLane(context)
    const connector = connectors[destination]
    if (connector === undefined) throw new HttpError('ERR_NOT_FOUND', 'No such destination is configured.')
    return page(context, { checked: { destination, result: await check(connector) } })
  })
}

/** A connector of a brand's own may throw; its message may hold anything. */
async function check(connector: Connector): Promise<CheckResult> {
  try {
    return await connector.check({ signal: AbortSignal.timeout(checkTimeoutMs) })
  } catch (error) {
    return { ok: false, proved: [], problems: [`The check itself failed with ${errorCodeOf(error)}.`], notes: [] }
  }
}
