import { signWebhook } from '@subtotal-connectors/core'
import type { Context, Hono } from 'hono'
import type { ReceivedWebhook } from '../../ingest/receive-webhook.ts'
import type { ConsoleEnvironment } from '../console-environment.ts'
import type { ConsoleOptions } from '../console-routes.ts'
import { readForm, readOperatorForm } from '../read-form.ts'
import { respond } from '../respond.ts'
import { madeUpTypes, madeUpWebhook } from './made-up-webhook.ts'
import type { TryData } from './try-page.ts'
import { tryPage } from './try-page.ts'
import type { GivenWebhook } from './try-webhook.ts'
import { tryWebhook } from './try-webhook.ts'

type ConsoleContext = Context<ConsoleEnvironment>

const formLimitBytes = 2 * 1024 * 1024

/** Adds trying a webhook, made up or given, and sending it to this relay. */
export function addTryRoutes(routes: Hono<ConsoleEnvironment>, options: ConsoleOptions): void {
  const { store, clock, events, connectors, signing, receive } = options

  function page(context: ConsoleContext, more: Partial<TryData>, status: 200 | 400 = 200): Response | Promise<Response> {
    return respond(context, tryPage({ session: context.get('session'), destinations: Object.keys(connectors), ...more }), status)
  }

  function show(context: ConsoleContext, given: GivenWebhook, more: Partial<TryData> = {}): Response | Promise<Response> {
    const found = tryWebhook(given, { signing, connectors, now: clock.now() })
    return page(context, { tried: { given, found }, ...more }, more.problem === undefined ? 200 : 400)
  }

  routes.get('/try', (context) => page(context, {}))

  routes.post('/try', async (context) => {
    const given = readGiven(await readForm(context, formLimitBytes))
    if (given.body.trim() === '') return page(context, { problem: 'Paste a webhook, or make one up.' }, 400)
    return show(context, given)
  })

  routes.post('/try/generate', async (context) => {
    const form = await readForm(context)
    const type = madeUpTypes.find((one) => one === form.get('type')) ?? 'purchase.created'
    // With a right signature anybody could post it: a viewer gets none.
    const secret = context.get('session').role === 'operator' ? signing.secrets[0] : undefined
    return show(context, await madeUpWebhook(type, secret, clock.now()))
  })

  routes.post('/try/send', async (context) => {
    const form = await readOperatorForm(context, formLimitBytes)
    const given = readGiven(form)
    if (form.get('sure') !== 'yes')
      return show(context, given, { problem: 'Nothing was sent: say that you want it to be delivered.' })
    await store.audit({
      at: clock.now(),
      actor: context.get('session').role,
      action: 'send',
      subject: 'webhook from the console',
    })
    const body = Buffer.from(given.body)
    const headers = signWebhook({ body, secret: signing.secrets[0] ?? '', timestamp: new Date(clock.now()) })
    const startedAt = clock.elapsed()
    const received = await receive(body, { ...headers })
    const told = 'eventType' in received ? { eventId: received.id, eventType: received.eventType } : {}
    events.emit('webhook:answered', { result: received.result, durationMs: clock.elapsed() - startedAt, ...told })
    const place = placeOf(received)
    return place === undefined
      ? page(context, { sent: 'It was taken, and needs no delivery: nothing of it is stored.' })
      : context.redirect(place, 303)
  })
}

/** A form makes every line end CR LF. */
function readGiven(form: URLSearchParams): GivenWebhook {
  const text = (name: string): string => form.get(name) ?? ''
  return {
    body: text('body').replaceAll('\r\n', '\n'),
    signature: text('signature').trim(),
    timestamp: text('timestamp').trim(),
  }
}

/** Where what became of it is shown; `undefined`: nowhere. */
function placeOf(received: ReceivedWebhook): string | undefined {
  switch (received.result) {
    case 'stored':
    case 'duplicate':
      return `/console/events/${encodeURIComponent(received.id)}`
    case 'quarantined':
      return received.id === null ? undefined : `/console/quarantine/${received.id}`
    default:
      return undefined
  }
}
