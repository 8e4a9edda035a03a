import type { EnrichmentStore, NextEnrichment } from '../enrichment-store.ts'
import { claimEnrichments } from './claim-enrichments.ts'
import { settleEnrichments } from './settle-enrichments.ts'
import type { StoreContext } from './store-context.ts'

/** Events that wait to be completed, on one PostgreSQL database. */
export function postgresEnrichments(context: StoreContext): EnrichmentStore {
  return {
    claimEnrichments: claimEnrichments(context),
    settleEnrichments: settleEnrichments(context),
    async nextEnrichment() {
      if (context.lackedKeys.isAny()) return null
      const next = await context.database.row<NextEnrichment | { readonly dueAt: null }>(
        'SELECT min(due_at) AS "dueAt", min(expires_at) AS "expiresAt" FROM relay.enrichments',
      )
      return next === undefined || next.dueAt === null ? null : next
    },
  }
}
