import type { Context, Hono } from 'hono'
import type { Identity } from '../../erasure/identity.ts'
import { normalize } from '../../erasure/identity.ts'
import { HttpError } from '../../http/http-error.ts'
import { toIdNumber } from '../../http/to-id-number.ts'
import { ErasureRequestError, readErasureRequest } from '../../operations/erasure-request.ts'
import { planErasure, TooManyConnectionsError } from '../../operations/plan-erasure.ts'
import { startErasure } from '../../operations/start-erasure.ts'
import type { ConsoleEnvironment } from '../console-environment.ts'
import type { ConsoleOptions } from '../console-routes.ts'
import { listPager, readPage } from '../list-page.ts'
import { readOperatorForm } from '../read-form.ts'
import { respond } from '../respond.ts'
import type { EraseData } from './erase-page.ts'
import { erasePage } from './erase-page.ts'
import { erasurePage } from './erasure-page.ts'
import type { PreviewData } from './preview-page.ts'
import { previewPage } from './preview-page.ts'

type ConsoleContext = Context<ConsoleEnvironment>

const path = '/console/erase'

/** Adds erasing: searching for a person, seeing what there is, a typed confirmation, progress and proof. */
export function addEraseRoutes(routes: Hono<ConsoleEnvironment>, options: ConsoleOptions): void {
  const { store, clock, events, onErasure } = options

  async function search(context: ConsoleContext, problem?: EraseData['problem']): Promise<Response> {
    const page = readPage(context.req.url)
    const { items, nextCursor } = await store.listErasures(page)
    const shown = { session: context.get('session'), erasures: items, ways: listPager(path, page, nextCursor) }
    return respond(
      context,
      erasePage({ ...shown, ...(problem === undefined ? {} : { problem }) }),
      problem === undefined ? 200 : 400,
    )
  }

  /** The person that a form names, and what is stored of them; the answer that says why not. */
  async function plan(
    context: ConsoleContext,
    form: URLSearchParams,
  ): Promise<Response | Omit<PreviewData, 'session' | 'problem'>> {
    const kind = form.get('kind') ?? ''
    try {
      const { identity } = readErasureRequest({ [kind]: form.get('value')?.trim() ?? '' })
      const planned = await planErasure(store, identity)
      return { identity, plan: planned, copies: await store.storeCopies(), earlier: await store.earlierErasures(identity) }
    } catch (error) {
      if (!(error instanceof ErasureRequestError) && !(error instanceof TooManyConnectionsError)) throw error
      return search(context, { kind, message: error.message })
    }
  }

  async function find(context: ConsoleContext) {
    const found = await store.findErasure(toIdNumber(context.req.param('id') ?? ''))
    if (found === undefined) throw new HttpError('ERR_NOT_FOUND', 'There is no erasure with this id.')
    return found
  }

  routes.get('/erase', (context) => search(context))

  routes.post('/erase/preview', async (context) => {
    const found = await plan(context, await readOperatorForm(context))
    return found instanceof Response ? found : respond(context, previewPage({ session: context.get('session'), ...found }))
  })

  routes.post('/erase', async (context) => {
    const form = await readOperatorForm(context)
    const found = await plan(context, form)
    if (found instanceof Response) return found
    const session = context.get('session')
    if (!isSame(found.identity, form.get('again') ?? '')) {
      const problem = 'What was typed is not the same. Nothing was erased.'
      return respond(context, previewPage({ session, ...found, problem }), 400)
    }
    const start = { store, clock, events, onErasure, actor: session.role }
    const { erasure } = await startErasure(found.plan, form.get('block') === 'yes', start)
    return context.redirect(`${path}/${erasure.id}?done=started`, 303)
  })

  routes.get('/erase/:id', async (context) => {
    const done = (['started', 'unblocked'] as const).find((word) => word === context.req.query('done'))
    return respond(context, erasurePage(context.get('session'), await find(context), done))
  })

  routes.post('/erase/:id/unblock', async (context) => {
    await readOperatorForm(context)
    const { id } = await find(context)
    await store.unblockErasure({ id, at: clock.now(), actor: context.get('session').role })
    return context.redirect(`${path}/${id}?done=unblocked`, 303)
  })
}

function isSame({ kind, value }: Identity, again: string): boolean {
  return normalize(kind, again.trim()) === value
}
