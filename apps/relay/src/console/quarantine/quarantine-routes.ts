import type { Context, Hono } from 'hono'
import { HttpError } from '../../http/http-error.ts'
import { toIdNumber } from '../../http/to-id-number.ts'
import { findPage } from '../../operations/find-page.ts'
import type { RecordedProcessing } from '../../operations/process-on-record.ts'
import { processManyOnRecord, processOnRecord } from '../../operations/process-on-record.ts'
import type { QuarantinedWebhook } from '../../store/operations-store.ts'
import type { ConsoleEnvironment } from '../console-environment.ts'
import type { ConsoleOptions } from '../console-routes.ts'
import { listPager, readPage } from '../list-page.ts'
import { readOperatorForm } from '../read-form.ts'
import { respond } from '../respond.ts'
import { permitReveal } from '../reveal.ts'
import type { QuarantineData } from './quarantine-page.ts'
import { quarantinePage } from './quarantine-page.ts'
import { quarantinedPage } from './quarantined-page.ts'

type ConsoleContext = Context<ConsoleEnvironment>

const path = '/console/quarantine'
const mostAtOnce = 1_000

/** Adds the quarantine: a list, one webhook, and processing them again. */
export function addQuarantineRoutes(routes: Hono<ConsoleEnvironment>, options: ConsoleOptions): void {
  const { store } = options

  async function list(context: ConsoleContext, more: Pick<QuarantineData, 'processed'> = {}): Promise<Response> {
    const page = readPage(context.req.url)
    const { items, nextCursor } = await findPage(store.listQuarantine, page)
    const data = { session: context.get('session'), items, ways: listPager(path, page, nextCursor), ...more }
    return respond(context, quarantinePage(data))
  }

  async function find(context: ConsoleContext): Promise<QuarantinedWebhook> {
    const found = await store.findQuarantined(toIdNumber(context.req.param('id') ?? ''))
    if (found === undefined)
      throw new HttpError('ERR_NOT_FOUND', 'It is not in quarantine: it was understood meanwhile, or never there.')
    return found
  }

  const processing = (context: ConsoleContext): RecordedProcessing => ({ ...options, actor: context.get('session').role })

  routes.get('/quarantine', (context) => list(context))

  routes.get('/quarantine/:id', async (context) => {
    const data = { session: context.get('session'), webhook: await find(context), isRevealed: false }
    return respond(context, quarantinedPage(data))
  })

  routes.post('/quarantine/process', async (context) => {
    await readOperatorForm(context)
    const { counts, nextCursor } = await processManyOnRecord({ limit: mostAtOnce }, processing(context))
    return list(context, { processed: { ...counts, isRest: nextCursor !== null } })
  })

  routes.post('/quarantine/:id/reveal', async (context) => {
    const webhook = await find(context)
    await permitReveal(context, options, `quarantined webhook ${webhook.id}`)
    return respond(context, quarantinedPage({ session: context.get('session'), webhook, isRevealed: true }))
  })

  routes.post('/quarantine/:id/process', async (context) => {
    await readOperatorForm(context)
    const webhook = await find(context)
    const processed = await processOnRecord(webhook.id, processing(context))
    if (processed === undefined || processed.result === 'ignored') return context.redirect(path, 303)
    if ('eventId' in processed) return context.redirect(`/console/events/${encodeURIComponent(processed.eventId)}`, 303)
    return respond(context, quarantinedPage({ session: context.get('session'), webhook, isRevealed: false, processed }))
  })
}
