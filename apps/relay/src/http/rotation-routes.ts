import type { Hono } from 'hono'
import { z } from 'zod'
import type { Clock } from '../clock/clock.ts'
import type { RelayEvents } from '../observability/relay-events.ts'
import type { RotationRecord } from '../store/encryption-store.ts'
import type { Store } from '../store/store.ts'
import type { AdminEnvironment } from './admin-environment.ts'
import { answerPage } from './answer-page.ts'
import { HttpError } from './http-error.ts'
import { readQuery } from './read-query.ts'
import { parseWrite, readWrite } from './read-write.ts'
import { toIdNumber } from './to-id-number.ts'
import { toIso } from './to-iso.ts'

/** What the routes of rotations work with. */
export interface RotationRoutesOptions {
  readonly store: Store
  readonly clock: Clock
  readonly events: RelayEvents
  /** A rotation was recorded. */
  readonly onRotation: () => void
}

const emptySchema = z.strictObject({})

/** Adds `/encryption-rotations`: asking for one, and how far it is. */
export function addRotationRoutes(routes: Hono<AdminEnvironment>, options: RotationRoutesOptions): void {
  const { store, clock, events, onRotation } = options

  routes.get('/encryption-rotations', async (context) => {
    return answerPage(context, store.listRotations, readQuery(context.req.url, {}).page, showRotation)
  })

  routes.get('/encryption-rotations/:id', async (context) => {
    readQuery(context.req.url, {})
    const found = await store.findRotation(toIdNumber(context.req.param('id')))
    if (found === undefined) throw new HttpError('ERR_NOT_FOUND', 'There is no rotation with this id.')
    return context.json(showRotation(found))
  })

  routes.post('/encryption-rotations', async (context) => {
    parseWrite(emptySchema, await readWrite(context.env.incoming, context.get('role')))
    const actor = context.get('role')
    const added = await store.addRotation({ at: clock.now(), actor })
    if (added === undefined) {
      const remedy = 'Set RELAY_ENCRYPTION_KEY to one and start the relay again.'
      throw new HttpError('ERR_CONFLICT', `The relay has no encryption key, and nothing in its store is sealed. ${remedy}`)
    }
    const { rotation, isNew } = added
    if (isNew) events.emit('rotation:started', { rotationId: rotation.id, actor, keyId: rotation.keyId })
    onRotation()
    return context.json({ ...showRotation(rotation), isNew }, 202)
  })
}

/** `cleaning`: everything is rewritten, and the file is being cleaned of what was there before. */
function showRotation(rotation: RotationRecord): object {
  const { createdAt, rewrittenAt, finishedAt, ...rest } = rotation
  const running = rewrittenAt === null ? 'running' : 'cleaning'
  return {
    ...rest,
    status: finishedAt === null ? running : 'finished',
    createdAt: toIso(createdAt),
    rewrittenAt: toIso(rewrittenAt),
    finishedAt: toIso(finishedAt),
  }
}
