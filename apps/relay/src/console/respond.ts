import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { ConsoleEnvironment } from './console-environment.ts'
import type { Page } from './layout.ts'
import { layout } from './layout.ts'
import type { ConsoleSession } from './session/console-session.ts'

/** Answers with a page. */
export function respond(
  context: Context<ConsoleEnvironment>,
  page: Page,
  status: ContentfulStatusCode = 200,
): Response | Promise<Response> {
  const session: ConsoleSession | undefined = context.get('session')
  return context.html(layout(page, context.req.path, session), status)
}
