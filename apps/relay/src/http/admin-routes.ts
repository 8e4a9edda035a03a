import type { Context } from 'hono'
import { Hono } from 'hono'
import type { LaneSettings } from '../delivery/lane-settings.ts'
import type { LaneStatuses } from '../delivery/lane-status.ts'
import type { EnrichmentStatus } from '../enrichment/enrichment-status.ts'
import type { RetailerDirectory } from '../retailers/retailer-directory.ts'
import { retailerName } from '../retailers/retailer-directory.ts'
import type { EventDetail, EventRecord, QuarantineRecord } from '../store/records.ts'
import type { ActivityRoutesOptions } from './activity-routes.ts'
import { addActivityRoutes } from './activity-routes.ts'
import type { AdminEnvironment } from './admin-environment.ts'
import type { AdminWriteOptions } from './admin-writes.ts'
import { addAdminWrites } from './admin-writes.ts'
import { answerPage } from './answer-page.ts'
import type { Tokens } from './authenticate.ts'
import { authenticate } from './authenticate.ts'
import type { ErasureRoutesOptions } from './erasure-routes.ts'
import { addErasureRoutes } from './erasure-routes.ts'
import { findPersonId, readIdentity } from './find-person.ts'
import { HttpError } from './http-error.ts'
import type { ImportRoutesOptions } from './import-routes.ts'
import { addImportRoutes } from './import-routes.ts'
import { knownDestinations } from './known-destinations.ts'
import { maskEvent } from './mask-event.ts'
import { readQuery } from './read-query.ts'
import { readWrite } from './read-write.ts'
import type { RotationRoutesOptions } from './rotation-routes.ts'
import { addRotationRoutes } from './rotation-routes.ts'
import { deliveryShape, eventShape, toDeliveryFilter, toEventSearch } from './search-filters.ts'
import { showDelivery } from './show-delivery.ts'
import { showReplay } from './show-replay.ts'
import { toIdNumber } from './to-id-number.ts'
import { toIso } from './to-iso.ts'
import { toStatus } from './to-status.ts'

/** What the admin API works with. */
export interface AdminOptions
  extends AdminWriteOptions,
    ActivityRoutesOptions,
    ErasureRoutesOptions,
    ImportRoutesOptions,
    RotationRoutesOptions {
  readonly tokens: Tokens
  readonly lanes: LaneStatuses
  /** What differs from a lane's defaults, by the destination's name. */
  readonly laneSettings: Readonly<Record<string, LaneSettings>>
  readonly enrichment: () => EnrichmentStatus
  readonly retailers: RetailerDirectory
}

type Retailers = Awaited<ReturnType<RetailerDirectory['list']>>
type AdminContext = Context<AdminEnvironment>

/** The reads and writes under `/api/v1`. */
export function adminRoutes(options: AdminOptions): Hono<AdminEnvironment> {
  const { store, clock, tokens, lanes, enrichment, retailers } = options
  const routes = new Hono<AdminEnvironment>()

  /** Only an operator may see people's data, and it is on record before it is shown. */
  async function permitReveal(context: AdminContext, reveal: boolean, subject: string): Promise<void> {
    if (!reveal) return
    const role = context.get('role')
    if (role !== 'operator') throw new HttpError('ERR_FORBIDDEN', "Only the RELAY_ADMIN_TOKEN may reveal people's data.")
    await store.audit({ at: clock.now(), actor: role, action: 'reveal', subject })
  }

  routes.use(async (context, next) => {
    context.set('role', authenticate(context.env.incoming, tokens))
    context.header('cache-control', 'no-store')
    await next()
  })

  routes.get('/deliveries', async (context) => {
    const { filter, page } = readQuery(context.req.url, deliveryShape(await knownDestinations(options)))
    return answerPage(context, (part) => store.listDeliveries(toDeliveryFilter(filter), part), page, showDelivery)
  })

  routes.get('/events', async (context) => {
    const { filter, page, reveal } = readQuery(context.req.url, eventShape(await knownDestinations(options)))
    await permitReveal(context, reveal, 'events')
    const names = await retailers.list()
    return answerPage(
      context,
      (part) => store.listEvents(toEventSearch(filter), part),
      page,
      (item) => ({ ...showEvent(item, reveal, names), outcomes: item.outcomes }),
    )
  })

  routes.post('/people/search', async (context) => {
    const identity = readIdentity(await readWrite(context.env.incoming, context.get('role')))
    const { id, isKnown } = await findPersonId(options, identity, context.get('role'))
    return context.json({ person: id, isKnown })
  })

  routes.get('/events/:id', async (context) => {
    const { reveal } = readQuery(context.req.url, {})
    const id = context.req.param('id')
    const detail = await store.findEvent(id)
    if (detail === undefined) throw new HttpError('ERR_NOT_FOUND', 'There is no event with this id.')
    await permitReveal(context, reveal, `event ${id}`)
    return context.json(showDetail(detail, reveal, await retailers.list()))
  })

  routes.get('/quarantine', async (context) => {
    const { page, reveal } = readQuery(context.req.url, {})
    await permitReveal(context, reveal, 'quarantine')
    return answerPage(context, store.listQuarantine, page, (item) => showQuarantined(item, reveal))
  })

  routes.get('/quarantine/:id', async (context) => {
    const { reveal } = readQuery(context.req.url, {})
    const found = await store.findQuarantined(toIdNumber(context.req.param('id')))
    if (found === undefined) throw new HttpError('ERR_NOT_FOUND', 'There is no quarantined webhook with this id.')
    await permitReveal(context, reveal, `quarantined webhook ${found.id}`)
    const { rawBody: _rawBody, signedAt, ...record } = found
    return context.json({ ...showQuarantined(record, reveal), signedAt: toIso(signedAt) })
  })

  routes.get('/replays', async (context) => {
    return answerPage(context, store.listReplays, readQuery(context.req.url, {}).page, showReplay)
  })

  routes.get('/replays/:id', async (context) => {
    readQuery(context.req.url, {})
    const replay = await store.findReplay(toIdNumber(context.req.param('id')))
    if (replay === undefined) throw new HttpError('ERR_NOT_FOUND', 'There is no replay with this id.')
    return context.json(showReplay(replay))
  })

  routes.get('/audit', async (context) => {
    const { page } = readQuery(context.req.url, {})
    return answerPage(context, store.listAudit, page, (item) => ({ ...item, at: toIso(item.at) }))
  })

  routes.get('/retailers', async (context) => {
    readQuery(context.req.url, {})
    return context.json({ items: await retailers.list(), nextCursor: null })
  })

  routes.get('/stats', async (context) => {
    readQuery(context.req.url, {})
    const stats = await store.stats()
    return context.json(toStatus(stats, lanes(stats), clock.now(), await store.deadLetterCounts(), enrichment()))
  })

  addActivityRoutes(routes, options)
  addAdminWrites(routes, options)
  addImportRoutes(routes, options)
  addErasureRoutes(routes, options)
  addRotationRoutes(routes, options)
  return routes
}

function showEvent(
  { event, isReadable, receivedAt, versions, payloadDeletedAt }: EventRecord,
  reveal: boolean,
  retailers: Retailers,
): object {
  const shown = reveal ? event : maskEvent(event)
  const retailer = retailerName(retailers, event.connection.retailer)
  return {
    event: shown,
    isReadable,
    retailerName: retailer,
    receivedAt: toIso(receivedAt),
    versions,
    payloadDeletedAt: toIso(payloadDeletedAt),
  }
}

function showDetail(detail: EventDetail, reveal: boolean, retailers: Retailers): object {
  const deliveries = detail.deliveries.map(({ failedAttempts, ...delivery }) => ({
    ...delivery,
    dueAt: toIso(delivery.dueAt),
    settledAt: toIso(delivery.settledAt),
    failedAttempts: failedAttempts.map((attempt) => ({ ...attempt, at: toIso(attempt.at) })),
  }))
  return { ...showEvent(detail, reveal, retailers), deliveries }
}

function showQuarantined({ body, receivedAt, ...rest }: QuarantineRecord, reveal: boolean): object {
  return { ...rest, receivedAt: toIso(receivedAt), body: reveal ? body : null }
}
