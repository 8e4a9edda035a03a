import type { Connector } from '@subtotal-connectors/core'
import type { Context, Hono } from 'hono'
import { z } from 'zod'
import type { Clock } from '../clock/clock.ts'
import type { RelayEvents } from '../observability/relay-events.ts'
import type { LaneControl } from '../operations/pause-lane.ts'
import { longestReason, pauseLane, resumeLane } from '../operations/pause-lane.ts'
import { planReplay } from '../operations/plan-replay.ts'
import type { RecordedProcessing } from '../operations/process-on-record.ts'
import { processManyOnRecord, processOnRecord } from '../operations/process-on-record.ts'
import { ReplayRequestError, readReplayRequest } from '../operations/replay-request.ts'
import { startReplay } from '../operations/start-replay.ts'
import type { MarkedDead } from '../store/operations-store.ts'
import type { Store } from '../store/store.ts'
import type { AdminEnvironment } from './admin-environment.ts'
import { HttpError } from './http-error.ts'
import { parseWrite, readWrite } from './read-write.ts'
import { showDelivery } from './show-delivery.ts'
import { showPlan, showReplay } from './show-replay.ts'

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
  /** So many new events have deliveries waiting; 0: what waited may be due. */
  readonly onStored: (count: number) => void
}

type AdminContext = Context<AdminEnvironment>

const emptySchema = z.strictObject({})
const reasonSchema = z.strictObject({ reason: z.string().trim().min(1).max(longestReason).exactOptional() })
const processSchema = z.strictObject({
  limit: z.int().min(1).max(10_000).default(1_000),
  cursor: z
    .string()
    .regex(/^\d{1,15}$/)
    .exactOptional(),
})

/** Adds the writes under `/api/v1`. Each is refused to viewers and to other origins' pages, and is on record. */
export function addAdminWrites(routes: Hono<AdminEnvironment>, options: AdminWriteOptions): void {
  const { store, clock, connectors, laneControls, onStored } = options
  const destinations = Object.keys(connectors)

  const read = (context: AdminContext): Promise<unknown> => readWrite(context.env.incoming, context.get('role'))
  const processing = (context: AdminContext): RecordedProcessing => ({
    store,
    destinations,
    clock,
    onStored,
    actor: context.get('role'),
  })

  function findLane(context: AdminContext): LaneControl {
    const lane = laneControls.find((one) => one.destination === context.req.param('name'))
    if (lane === undefined) throw new HttpError('ERR_NOT_FOUND', `No such destination. There are ${destinations.join(', ')}.`)
    return lane
  }

  routes.post('/replays', async (context) => {
    const body = await read(context)
    const request = refuseWrong(() => readReplayRequest(body, destinations))
    if (request.dryRun) return context.json(showPlan(await planReplay(store, connectors, request.selection), request.limit))
    const { replay, isNew } = await startReplay(options, request, context.get('role')).catch(refuse)
    return context.json({ ...showReplay(replay), isNew }, 202)
  })

  routes.post('/destinations/:name/pause', async (context) => {
    const { reason } = parseWrite(reasonSchema, await read(context))
    const lane = findLane(context)
    await pauseLane(lane, { store, clock, actor: context.get('role') }, reason)
    return context.json({ destination: lane.destination, result: 'paused' })
  })

  routes.post('/destinations/:name/resume', async (context) => {
    parseWrite(emptySchema, await read(context))
    const lane = findLane(context)
    await resumeLane(lane, { store, clock, actor: context.get('role') })
    return context.json({ destination: lane.destination, result: 'resumed' })
  })

  routes.post('/deliveries/:id/dead', async (context) => {
    const { reason = 'Marked dead by an operator.' } = parseWrite(reasonSchema, await read(context))
    const id = readId(context)
    const entry = { at: clock.now(), actor: context.get('role'), action: 'dead', subject: `delivery ${id}` }
    refuseUnmarked(await store.markDead({ deliveryId: id, message: reason, audit: entry }))
    onStored(0)
    const delivery = await store.findDelivery(id)
    if (delivery === undefined) throw notFound('delivery')
    return context.json(showDelivery(delivery))
  })

  routes.post('/quarantine/process', async (context) => {
    const { limit, cursor } = parseWrite(processSchema, await read(context))
    const page = { limit, ...(cursor === undefined ? {} : { cursor: Number(cursor) }) }
    const { counts, nextCursor } = await processManyOnRecord(page, processing(context))
    return context.json({ ...counts, nextCursor: nextCursor === null ? null : String(nextCursor) })
  })

  routes.post('/quarantine/:id/process', async (context) => {
    parseWrite(emptySchema, await read(context))
    const id = readId(context)
    const processed = await processOnRecord(id, processing(context))
    if (processed === undefined) throw notFound('quarantined webhook')
    return context.json(processed)
  })
}

function refuseWrong<Result>(action: () => Result): Result {
  try {
    return action()
  } catch (error) {
    return refuse(error)
  }
}

function refuse(error: unknown): never {
  if (error instanceof ReplayRequestError) throw new HttpError('ERR_BAD_REQUEST', error.message)
  throw error
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
