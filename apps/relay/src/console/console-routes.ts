import { Hono } from 'hono'
import { secureHeaders } from 'hono/secure-headers'
import type { AdminOptions } from '../http/admin-routes.ts'
import { HttpError } from '../http/http-error.ts'
import type { WebhooksRouteOptions } from '../http/webhooks-route.ts'
import { errorCodeOf } from '../observability/error-code-of.ts'
import { addAssetRoutes } from './asset-routes.ts'
import { addAuditRoutes } from './audit/audit-routes.ts'
import type { ConsoleEnvironment } from './console-environment.ts'
import { addDeadLetterRoutes } from './dead-letters/dead-letter-routes.ts'
import { addDestinationRoutes } from './destinations/destination-routes.ts'
import { addEraseRoutes } from './erase/erase-routes.ts'
import { errorPage } from './error-page.ts'
import { addEventRoutes } from './events/event-routes.ts'
import { addLoginRoutes } from './login/login-routes.ts'
import { addOverviewRoutes } from './overview/overview-routes.ts'
import { addQuarantineRoutes } from './quarantine/quarantine-routes.ts'
import { respond } from './respond.ts'
import { requireSession } from './session/require-session.ts'
import { createSessionBook } from './session/session-book.ts'
import { addTryRoutes } from './try/try-routes.ts'

/** What the console works with: the same as the admin API, and what a webhook is tried with. */
export interface ConsoleOptions extends AdminOptions {
  /** What the relay verifies with; the first secret signs what is sent from here. */
  readonly signing: { readonly secrets: readonly string[]; readonly toleranceMs: number }
  readonly receive: WebhooksRouteOptions['receive']
}

const nowhere = ["'none'"]
const here = ["'self'"]

/** The pages under `/console`. */
export function consoleRoutes(options: ConsoleOptions): Hono<ConsoleEnvironment> {
  const { tokens, clock, events } = options
  const sessions = createSessionBook(tokens, clock)
  const routes = new Hono<ConsoleEnvironment>()

  routes.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: nowhere,
        scriptSrc: here,
        styleSrc: here,
        imgSrc: ["'self'", 'data:'],
        connectSrc: here,
        formAction: here,
        frameAncestors: nowhere,
        baseUri: nowhere,
      },
      referrerPolicy: 'no-referrer',
      xFrameOptions: 'DENY',
      strictTransportSecurity: false,
    }),
  )
  addAssetRoutes(routes)
  routes.use(async (context, next) => {
    context.header('cache-control', 'no-store')
    await next()
  })
  addLoginRoutes(routes, { tokens, sessions, clock })
  routes.use(requireSession(tokens, sessions))

  addOverviewRoutes(routes, options)
  addEventRoutes(routes, options)
  addDeadLetterRoutes(routes, options)
  addDestinationRoutes(routes, options)
  addQuarantineRoutes(routes, options)
  addAuditRoutes(routes, options)
  addEraseRoutes(routes, options)
  addTryRoutes(routes, options)

  routes.all('*', (context) => {
    const { path } = context.req
    if (path.endsWith('/')) return context.redirect(path.replace(/\/+$/, ''), 308)
    throw new HttpError('ERR_NOT_FOUND', 'The console has no such page.')
  })
  routes.onError((error, context) => {
    if (!(error instanceof HttpError)) events.emit('request:failed', { path: context.req.routePath, code: errorCodeOf(error) })
    const refusal =
      error instanceof HttpError
        ? error
        : new HttpError('ERR_INTERNAL', 'Something failed in the relay; its log has the code. Try again in a moment.')
    for (const [name, value] of Object.entries(refusal.headers)) context.header(name, value)
    return respond(context, errorPage(refusal), refusal.status)
  })
  return routes
}
