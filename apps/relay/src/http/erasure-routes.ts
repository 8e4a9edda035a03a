import type { Hono } from 'hono'
import { z } from 'zod'
import type { Clock } from '../clock/clock.ts'
import type { RelayEvents } from '../observability/relay-events.ts'
import type { ErasureRequest } from '../operations/erasure-request.ts'
import { ErasureRequestError, readErasureRequest } from '../operations/erasure-request.ts'
import type { ErasurePlan } from '../operations/plan-erasure.ts'
import { planErasure, TooManyConnectionsError } from '../operations/plan-erasure.ts'
import { startErasure } from '../operations/start-erasure.ts'
import type { Store } from '../store/store.ts'
import type { AdminEnvironment } from './admin-environment.ts'
import { answerPage } from './answer-page.ts'
import { HttpError } from './http-error.ts'
import { readQuery } from './read-query.ts'
import { parseWrite, readWrite } from './read-write.ts'
import { showErasure, showErasurePlan } from './show-erasure.ts'
import { toIdNumber } from './to-id-number.ts'

/** What the routes of erasures work with. */
export interface ErasureRoutesOptions {
  readonly store: Store
  readonly clock: Clock
  readonly events: RelayEvents
  /** An erasure was recorded. */
  readonly onErasure: () => void
}

const emptySchema = z.strictObject({})

/** Adds `/erasures`: what an erasure would erase, asking for one, how far it is, and ending its block. */
export function addErasureRoutes(routes: Hono<AdminEnvironment>, options: ErasureRoutesOptions): void {
  const { store, clock, events, onErasure } = options

  routes.get('/erasures', async (context) => {
    return answerPage(context, store.listErasures, readQuery(context.req.url, {}).page, showErasure)
  })

  routes.get('/erasures/:id', async (context) => {
    readQuery(context.req.url, {})
    const found = await store.findErasure(toIdNumber(context.req.param('id')))
    if (found === undefined) throw notFound()
    return context.json(showErasure(found))
  })

  routes.post('/erasures', async (context) => {
    const { identity, isBlocking, dryRun } = toErasureRequest(await readWrite(context.env.incoming, context.get('role')))
    const plan = await refuseTooMany(() => planErasure(store, identity))
    if (dryRun) return context.json(showErasurePlan(plan, await store.storeCopies(), await store.earlierErasures(identity)))
    const { erasure, isNew } = await startErasure(plan, isBlocking, {
      store,
      clock,
      events,
      onErasure,
      actor: context.get('role'),
    })
    return context.json({ ...showErasure(erasure), isNew }, 202)
  })

  routes.post('/erasures/:id/unblock', async (context) => {
    parseWrite(emptySchema, await readWrite(context.env.incoming, context.get('role')))
    const id = toIdNumber(context.req.param('id'))
    const found = await store.unblockErasure({ id, at: clock.now(), actor: context.get('role') })
    if (found === undefined) throw notFound()
    return context.json(showErasure(found))
  })
}

function toErasureRequest(body: unknown): ErasureRequest {
  try {
    return readErasureRequest(body)
  } catch (error) {
    if (error instanceof ErasureRequestError) throw new HttpError('ERR_BAD_REQUEST', error.message)
    throw error
  }
}

async function refuseTooMany(plan: () => Promise<ErasurePlan>): Promise<ErasurePlan> {
  try {
    return await plan()
  } catch (error) {
    if (error instanceof TooManyConnectionsError) throw new HttpError('ERR_CONFLICT', error.message)
    throw error
  }
}

function notFound(): HttpError {
  return new HttpError('ERR_NOT_FOUND', 'There is no erasure with this id.')
}
