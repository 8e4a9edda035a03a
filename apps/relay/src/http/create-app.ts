import { Hono } from 'hono'
import type { ConsoleOptions } from '../console/console-routes.ts'
import { consoleRoutes } from '../console/console-routes.ts'
import { errorCodeOf } from '../observability/error-code-of.ts'
import type { RelayEvents } from '../observability/relay-events.ts'
import { adminRoutes } from './admin-routes.ts'
import type { HealthOptions } from './health-routes.ts'
import { healthRoutes } from './health-routes.ts'
import { HttpError } from './http-error.ts'
import type { HttpEnvironment, WebhooksRouteOptions } from './webhooks-route.ts'
import { webhooksRoute } from './webhooks-route.ts'

/** What the routes work with. */
export type AppOptions = WebhooksRouteOptions & ConsoleOptions & HealthOptions & { readonly events: RelayEvents }

/** All routes of the relay. */
export function createApp(options: AppOptions): Hono<HttpEnvironment> {
  const app = new Hono<HttpEnvironment>()
  app.post('/webhooks/subtotal', webhooksRoute(options))
  app.route('/', healthRoutes(options))
  app.route('/api/v1', adminRoutes(options))
  app.route('/console', consoleRoutes(options))
  app.notFound(() => new HttpError('ERR_NOT_FOUND', 'There is nothing here.').toResponse())
  app.onError((error, context) => {
    if (error instanceof HttpError) return error.toResponse()
    options.events.emit('request:failed', { path: context.req.routePath, code: errorCodeOf(error) })
    return new HttpError('ERR_INTERNAL', 'Something failed in the relay; its log has the code.').toResponse()
  })
  return app
}
