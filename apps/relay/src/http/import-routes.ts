import type { Hono } from 'hono'
import { z } from 'zod'
import type { Clock } from '../clock/clock.ts'
import type { RelayEvents } from '../observability/relay-events.ts'
import { findReceptionGap } from '../operations/find-reception-gap.ts'
import type { ImportRequest } from '../operations/import-request.ts'
import { ImportRequestError, readImportRequest } from '../operations/import-request.ts'
import type { Store } from '../store/store.ts'
import type { AdminEnvironment } from './admin-environment.ts'
import { answerPage } from './answer-page.ts'
import { HttpError } from './http-error.ts'
import { readQuery } from './read-query.ts'
import { parseWrite, readWrite } from './read-write.ts'
import { showImport, showImportDetail } from './show-import.ts'
import { toIdNumber } from './to-id-number.ts'

/** What the routes of imports work with. */
export interface ImportRoutesOptions {
  readonly store: Store
  readonly clock: Clock
  readonly events: RelayEvents
  readonly destinations: readonly string[]
  /** Whether there is a key for Subtotal's API. */
  readonly hasSubtotal: boolean
  /** An import was recorded. */
  readonly onImport: () => void
  /** Somebody wants imports that wait to be tried now. */
  readonly onHurry: () => Promise<void>
}

/** 20,000 ids of 26 characters, and room. */
const bodyLimitBytes = 2 * 1024 * 1024
const emptySchema = z.strictObject({})

/** Adds `/imports`: asking for one, looking how far it is, resuming and cancelling it. */
export function addImportRoutes(routes: Hono<AdminEnvironment>, options: ImportRoutesOptions): void {
  const { store, clock, events, destinations, hasSubtotal, onImport, onHurry } = options

  routes.get('/imports', async (context) => {
    return answerPage(context, store.listImports, readQuery(context.req.url, {}).page, showImport)
  })

  routes.get('/imports/:id', async (context) => {
    readQuery(context.req.url, {})
    const id = toIdNumber(context.req.param('id'))
    const found = await store.findImport(id)
    if (found === undefined) throw notFound()
    return context.json(showImportDetail(found, await store.importRefusals(id)))
  })

  routes.post('/imports', async (context) => {
    const body = await readWrite(context.env.incoming, context.get('role'), bodyLimitBytes)
    const request = toImportRequest(body, destinations)
    if (!hasSubtotal) {
      const message = 'Nothing can be read from Subtotal: set SUBTOTAL_API_KEY and start the relay again.'
      throw new HttpError('ERR_CONFLICT', message)
    }
    const found = await withGap(request, store, clock.now())
    if (found === null) return context.json({ result: 'nothing_missed', message: nothingMissed })
    const added = await store.addImport({ at: clock.now(), actor: context.get('role'), ...found })
    if (added.isNew) events.emit('import:started', { importId: added.import.id, actor: added.import.actor })
    await (added.import.held === null ? onImport() : onHurry())
    return context.json({ ...showImport({ ...added.import, held: null }), isNew: added.isNew }, 202)
  })

  routes.post('/imports/:id/resume', async (context) => {
    parseWrite(emptySchema, await readWrite(context.env.incoming, context.get('role')))
    const found = await store.findImport(toIdNumber(context.req.param('id')))
    if (found === undefined) throw notFound()
    if (found.finishedAt !== null) throw new HttpError('ERR_CONFLICT', 'The import has ended. Ask for another one.')
    await store.audit({ at: clock.now(), actor: context.get('role'), action: 'resume', subject: `import ${found.id}` })
    await onHurry()
    return context.json(showImport(found))
  })

  routes.post('/imports/:id/cancel', async (context) => {
    parseWrite(emptySchema, await readWrite(context.env.incoming, context.get('role')))
    const id = toIdNumber(context.req.param('id'))
    const audit = { at: clock.now(), actor: context.get('role'), action: 'cancel', subject: `import ${id}` }
    const cancelled = await store.cancelImport({ id, audit })
    if (cancelled === undefined) throw notFound()
    return context.json(showImport(cancelled))
  })
}

const nothingMissed =
  'In the last 30 days webhooks never stayed away for longer than Subtotal retries, so none is missing. Give "since" to look anyway.'

/** Of what was missed, since when; `null`: nothing was. */
async function withGap(request: ImportRequest, store: Store, now: number): Promise<ImportRequest | null> {
  const { source, settings } = request
  if (!settings.isMissed || settings.since !== null) return request
  const since = await findReceptionGap(store, now)
  return since === null ? null : { source, settings: { ...settings, since } }
}

function toImportRequest(body: unknown, destinations: readonly string[]): ImportRequest {
  try {
    return readImportRequest(body, destinations)
  } catch (error) {
    if (error instanceof ImportRequestError) throw new HttpError('ERR_BAD_REQUEST', error.message)
    throw error
  }
}

function notFound(): HttpError {
  return new HttpError('ERR_NOT_FOUND', 'There is no import with this id.')
}
