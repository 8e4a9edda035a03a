import type { ClaimedEnrichmentRow } from '../common/claimed-enrichment.ts'
import { toClaimedEnrichment } from '../common/claimed-enrichment.ts'
import { contactColumns } from '../common/connection-contacts.ts'
import type { ClaimedEnrichment, EnrichmentClaimRequest, EnrichmentStore } from '../enrichment-store.ts'
import { countActivity } from './activity-log.ts'
import { giveUpUnreadable } from './give-up-unreadable.ts'
import type { SqlSession } from './sql-session.ts'
import type { StoreContext } from './store-context.ts'

/**
 * Leases events that wait, each to one relay at a time; none to one that lacks a key: what is known of their connections may be sealed with
 * it.
 */
export function claimEnrichments(context: StoreContext): EnrichmentStore['claimEnrichments'] {
  const { database, lackedKeys, bodies, values, timeFor } = context

  const claim = (request: EnrichmentClaimRequest): Promise<readonly ClaimedEnrichment[]> =>
    database.transaction(
      async (session) => {
        const { now } = request
        const rows = await leaseRows(session, request, timeFor(now))
        const unreadable: number[] = []
        const claimed = rows.flatMap((row): readonly ClaimedEnrichment[] => {
          const event = bodies.open(row)
          if (event === undefined) {
            unreadable.push(row.event_seq)
            return []
          }
          return [toClaimedEnrichment(values, row, event)]
        })
        countActivity(session, await giveUpUnreadable(session, { seqs: unreadable, now, time: timeFor(now) }))
        return claimed
      },
      { isRelaxed: true },
    )

  return (request) => lackedKeys.learning(async () => (lackedKeys.isAny() ? [] : claim(request)))
}

/** As they were before; `due_at` is by the caller's clock. */
function leaseRows(
  session: SqlSession,
  { now, limit, leaseUntil, leaseToken, onlyExpired }: EnrichmentClaimRequest,
  time: number | null,
): Promise<readonly ClaimedEnrichmentRow[]> {
  const [wanted, order] = onlyExpired
    ? [
        'n.expires_at <= (SELECT ms FROM now) AND (n.lease_ends_at IS NULL OR n.lease_ends_at <= (SELECT ms FROM now))',
        'expires_at',
      ]
    : ['n.due_at <= (SELECT ms FROM now)', 'due_at']
  return session.rows<ClaimedEnrichmentRow>(
    `WITH now AS MATERIALIZED (SELECT relay.now_ms($1::bigint) AS ms), due AS MATERIALIZED (
       SELECT n.event_seq, n.due_at, n.expires_at FROM relay.enrichments n
       WHERE ${wanted} ORDER BY n.${order}, n.event_seq LIMIT $2 FOR UPDATE SKIP LOCKED
     ), leased AS (
       UPDATE relay.enrichments n SET due_at = now.ms + $3::bigint, lease_ends_at = now.ms + $3::bigint, lease_token = $4
       FROM due, now WHERE n.event_seq = due.event_seq RETURNING n.event_seq, n.since, n.attempts
     )
     SELECT n.event_seq, due.due_at - now.ms + $5::bigint AS due_at, n.since, n.attempts, e.event_id, e.body, ${contactColumns}
     FROM now, due JOIN leased n USING (event_seq) JOIN relay.events e ON e.seq = n.event_seq
     LEFT JOIN relay.connection_contacts c ON c.connection_id = e.connection_id
     ORDER BY due.${order}, due.event_seq`,
    time,
    limit,
    leaseUntil - now,
    leaseToken,
    now,
  )
}
