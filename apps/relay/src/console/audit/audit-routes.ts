import type { Hono } from 'hono'
import type { ConsoleEnvironment } from '../console-environment.ts'
import type { ConsoleOptions } from '../console-routes.ts'
import { listPager, readPage } from '../list-page.ts'
import { respond } from '../respond.ts'
import { auditPage } from './audit-page.ts'

/** Adds what is on record. */
export function addAuditRoutes(routes: Hono<ConsoleEnvironment>, { store }: ConsoleOptions): void {
  routes.get('/audit', async (context) => {
    const page = readPage(context.req.url)
    const { items, nextCursor } = await store.listAudit(page)
    return respond(context, auditPage(items, listPager('/console/audit', page, nextCursor)))
  })
}
