import type { Connector } from '@subtotal-connectors/core'
import type { Context, Hono } from 'hono'
import { z } from 'zod'
import type { Clock } from '../clock/clock.ts'
import type { RelayEvents } from '../observability/relay-events.ts'
import { planReplay } from '../operations/plan-replay.ts'
import { processManyQuarantined, processQuarantined } from '../operations/process-quarantine.ts'
import type { ReplayRequest } from '../operations/replay-request.ts'
import { ReplayRequestError, readReplayRequest } from '../operations/replay-request.ts'
import type { MarkedDead } from '../store/operations-store.ts'
import type { Store } from '../store/store.ts'
import type { AdminEnvironment } from './admin-environment.ts'
import { HttpError } from './http-error.ts'
import { parseWrite, readWrite } from './read-write.ts'
import { showDelivery } from './show-delivery.ts'
import { showPlan, showReplay } from './show-replay.ts'

/** What an operator can do with a lane. */
interface LaneControl {
  readonly destination: string
  pause(reason: string): Promise<void>
  resume(): Promise<void>
}

/** What the writes work with. */
export interface AdminWriteOptions {
  readonly store: Store
  readonly clock: Clock
  readonly events: RelayEvents
  /** By the destination's name. */
  readonly connectors: Readonly<Record<string, Connector>>
  readonly laneControls: readonly LaneControl[]
  /** A replay was recorded. */
  readonly onReplay: () => void
  /** So many new events have deliveries waiting. */
  readonly onStored: (count: number) => void
}

type AdminContext = Context<AdminEnvironment>

const emptySchema = z.strictObject({})
const reasonSchema = z.strictObject({ reason: z.string().trim().min(1).max(200).exactOptional() })
const processSchema = z.strictObject({
  limit: z.int().min(1).max(10_000).default(1_000),
  cursor: z
    .string()
    .regex(/^\d{1,15}$/)
    .exactOptional(),
})
const quarantineMany = 'quarantined webhooks'

/** Adds the writes under `/api/v1`. Each is refused to viewers and to other origins' pages, and is on record. */
export function addAdminWrites(routes: Hono<AdminEnvironment>, options: AdminWriteOptions): void {
  const { store, clock, events, connectors, laneControls, onReplay, onStored } = options
  const destinations = Object.keys(connectors)
  const quarantine = { store, destinations, now: () => clock.now() }

  const read = (context: AdminContext): Promise<unknown> => readWrite(context.env.incoming, context.get('role'))
  const audit = (context: AdminContext, action: string, subject: string): Promise<void> =>
    store.audit({ at: clock.now(), actor: context.get('role'), action, subject })

  function findLane(context: AdminContext): LaneControl {
    const lane = laneControls.find((one) => one.destination === context.req.param('name'))
    if (lane === undefined) throw new HttpError('ERR_NOT_FOUND', `No such destination. There are ${destinations.join(', ')}.`)
    return lane
  }

  routes.post('/replays', async (context) => {
    const { selection, dryRun, limit } = toReplayRequest(await read(context), destinations)
    const plan = await planReplay(store, connectors, selection)
    if (dryRun) return context.json(showPlan(plan, limit))
    if (plan.replayed > limit) {
      const advice = `Narrow the filter, or set "limit" to at least ${plan.replayed}.`
      throw new HttpError('ERR_BAD_REQUEST', `${plan.replayed} deliveries would be replayed; the limit is ${limit}. ${advice}`)
    }
    const { replay, isNew } = await store.addReplay({
      at: clock.now(),
      actor: context.get('role'),
      selection,
      through: plan.through,
      planned: new Map(plan.destinations.map(({ destination, replayed }) => [destination, replayed])),
    })
    if (isNew) events.emit('replay:started', { replayId: replay.id, actor: replay.actor, planned: plan.replayed })
    onReplay()
    return context.json({ ...showReplay(replay), isNew }, 202)
  })

  routes.post('/destinations/:name/pause', async (context) => {
    const { reason = 'Paused by an operator.' } = parseWrite(reasonSchema, await read(context))
    const lane = findLane(context)
    await audit(context, 'pause', `destination ${lane.destination}`)
    await lane.pause(reason)
    return context.json({ destination: lane.destination, result: 'paused' })
  })

  routes.post('/destinations/:name/resume', async (context) => {
    parseWrite(emptySchema, await read(context))
    const lane = findLane(context)
    await audit(context, 'resume', `destination ${lane.destination}`)
    await lane.resume()
    return context.json({ destination: lane.destination, result: 'resumed' })
  })

  routes.post('/deliveries/:id/dead', async (context) => {
    const { reason = 'Marked dead by an operator.' } = parseWrite(reasonSchema, await read(context))
    const id = readId(context)
    const entry = { at: clock.now(), actor: context.get('role'), action: 'dead', subject: `delivery ${id}` }
    refuseUnmarked(await store.markDead({ deliveryId: id, message: reason, audit: entry }))
    const delivery = await store.findDelivery(id)
    if (delivery === undefined) throw notFound('delivery')
    return context.json(showDelivery(delivery))
  })

  routes.post('/quarantine/process', async (context) => {
    const { limit, cursor } = parseWrite(processSchema, await read(context))
    await audit(context, 'process', quarantineMany)
    const page = { limit, ...(cursor === undefined ? {} : { cursor: Number(cursor) }) }
    const { counts, nextCursor } = await processManyQuarantined(page, quarantine)
    if (counts.stored > 0) onStored(counts.stored)
    return context.json({ ...counts, nextCursor: nextCursor === null ? null : String(nextCursor) })
  })

  routes.post('/quarantine/:id/process', async (context) => {
    parseWrite(emptySchema, await read(context))
    const id = readId(context)
    await audit(context, 'process', `quarantined webhook ${id}`)
    const processed = await processQuarantined(id, quarantine)
    if (processed === undefined) throw notFound('quarantined webhook')
    if (processed.result === 'stored') onStored(1)
    return context.json(processed)
  })
}

function toReplayRequest(body: unknown, destinations: readonly string[]): ReplayRequest {
  try {
    return readReplayRequest(body, destinations)
  } catch (error) {
    if (error instanceof ReplayRequestError) throw new HttpError('ERR_BAD_REQUEST', error.message)
    throw error
  }
}

function refuseUnmarked(marked: MarkedDead): void {
  switch (marked) {
    case 'marked':
    case 'already_dead':
      return
    case 'missing':
      throw notFound('delivery')
    case 'in_flight':
      throw new HttpError('ERR_CONFLICT', 'The delivery is being attempted right now. Try again in a minute.')
    case 'delivered':
    case 'skipped':
      throw new HttpError('ERR_CONFLICT', `The delivery is ${marked} already.`)
  }
}

/** The id in the path. What is no number belongs to nothing. */
function readId(context: Context): string {
  const id = context.req.param('id') ?? ''
  if (!/^\d{1,15}$/.test(id)) throw notFound('record')
  return id
}

function notFound(what: string): HttpError {
  return new HttpError('ERR_NOT_FOUND', `There is no ${what} with this id.`)
}
