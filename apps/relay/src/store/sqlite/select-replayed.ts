import type { CompiledQuery, RawBuilder } from 'kysely'
import { sql } from 'kysely'
import { mayHaveArrived } from '../common/profile-order.ts'
import type { ReplayTargets, ReplayWindow } from '../common/replay-window.ts'
import { replayedStatuses } from '../common/replay-window.ts'
import type { ReplaySelection } from '../operations-store.ts'
import type { DeliveryFilter } from '../records.ts'
import { deliveryConditions, eventConditions, needsEvent } from './filter-conditions.ts'
import { queryBuilder } from './query-builder.ts'

const isUnknown = sql`(d.unknown_outcomes > 0 OR coalesce(d.error_code, '') IN ('ERR_OUTCOME_UNKNOWN', 'ERR_UNREADABLE_ANSWER'))`

/** Of what retention left in the ledger there is nothing to send. */
const isWhole = sql`NOT EXISTS (SELECT 1 FROM events w WHERE w.seq = d.event_seq AND w.payload_deleted_at IS NOT NULL)`

/** Whether a newer profile of the connection went to the destination. `connection` and `key`: of the profile that is asked about. */
function isSuperseded(destination: RawBuilder<unknown>, connection: string, key: string): RawBuilder<unknown> {
  return sql`EXISTS (SELECT 1 FROM deliveries n WHERE n.destination = ${destination} AND n.profile_connection = ${sql.ref(connection)}
    AND n.ordering_key > ${sql.ref(key)} AND ${sql.raw(mayHaveArrived('n'))})`
}

/**
 * Counts by destination, status (`null`: missing), whether an outcome is unknown, and whether it is a profile that a newer one went before;
 * of events, for one destination.
 */
export function countReplayed(selection: ReplaySelection, { after, through }: ReplayWindow, destination: string): CompiledQuery {
  const query =
    selection.kind === 'deliveries'
      ? sql`SELECT d.destination, d.status, ${isUnknown} AS is_unknown,
          (d.profile_connection IS NOT NULL AND ${isSuperseded(sql.ref('d.destination'), 'd.profile_connection', 'd.ordering_key')})
            AS is_superseded, count(*) AS count
          FROM ${deliveriesFor(selection.filter)} WHERE d.id > ${after} AND d.id <= ${through}
          AND ${deliveryConditions(selection.filter, { byId: true })} AND ${isWhole} GROUP BY 1, 2, 3, 4`
      : sql`SELECT ${destination} AS destination, d.status, coalesce(${isUnknown}, 0) AS is_unknown,
          (e.type IN ('profile.created', 'profile.updated')
            AND ${isSuperseded(sql`${destination}`, 'e.connection_id', 'e.order_key')}) AS is_superseded, count(*) AS count
          FROM events e LEFT JOIN deliveries d ON d.event_seq = e.seq AND d.destination = ${destination}
          WHERE e.seq > ${after} AND e.seq <= ${through} AND ${eventConditions(selection.filter)}
          AND e.payload_deleted_at IS NULL GROUP BY 2, 3, 4`
  return query.compile(queryBuilder)
}

/** The deliveries to make due, and the events whose delivery is to be made, in the order of their ids. */
export function selectTargets(selection: ReplaySelection, targets: ReplayTargets): CompiledQuery {
  const { destination, since, limit, after, through } = targets
  const literals = replayedStatuses(selection).map((status) => sql.lit(status))
  const isReplayed = literals.length === 0 ? sql`0` : sql`d.status IN (${sql.join(literals)})`
  // The index of identified letters is by destination; all others go through ids.
  const column = selection.kind === 'deliveries' && selection.filter.identified === true ? sql`` : sql`+`
  const query =
    selection.kind === 'deliveries'
      ? sql`SELECT d.id AS position, d.id, d.event_seq, d.status, d.error_code FROM ${deliveriesFor(selection.filter)}
          WHERE d.id > ${after} AND d.id <= ${through} AND ${deliveryConditions(selection.filter, { byId: true })}
          AND ${column}d.destination = ${destination} AND ${isReplayed} AND ${isWhole} AND (d.replay_id IS NULL OR d.replay_id < ${since})
          ORDER BY d.id LIMIT ${limit}`
      : sql`SELECT e.seq AS position, d.id, e.seq AS event_seq, d.status, d.error_code
          FROM events e LEFT JOIN deliveries d ON d.event_seq = e.seq AND d.destination = ${destination}
          WHERE e.seq > ${after} AND e.seq <= ${through} AND ${eventConditions(selection.filter)}
          AND e.payload_deleted_at IS NULL AND (d.id IS NULL OR (${isReplayed} AND (d.replay_id IS NULL OR d.replay_id < ${since})))
          ORDER BY e.seq LIMIT ${limit}`
  return query.compile(queryBuilder)
}

function deliveriesFor(filter: DeliveryFilter): RawBuilder<unknown> {
  return needsEvent(filter) ? sql`deliveries d JOIN events e ON e.seq = d.event_seq` : sql`deliveries d`
}
