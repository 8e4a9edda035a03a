import type { RawBuilder } from 'kysely'
import { sql } from 'kysely'
import { mayHaveArrived } from '../common/profile-order.ts'
import type { ReplayCountRow, ReplayTargets, ReplayWindow, TargetRow } from '../common/replay-window.ts'
import { replayedStatuses } from '../common/replay-window.ts'
import type { ReplaySelection } from '../operations-store.ts'
import { deliveryConditions, eventConditions } from './filter-conditions.ts'

/** A delivery to make due, or to make, and the connection of its event. */
export interface ConnectionTargetRow extends TargetRow {
  readonly connection_id: string
}

/** Of a delivery that is missing nothing is known. */
const isUnknown = sql`coalesce(d.unknown_outcomes > 0 OR d.error_code IN ('ERR_OUTCOME_UNKNOWN', 'ERR_UNREADABLE_ANSWER'), false)::integer`

/** Whether a newer profile of the connection went to the destination. `connection` and `key`: of the profile that is asked about. */
function isSuperseded(destination: RawBuilder<unknown>, connection: string, key: string): RawBuilder<unknown> {
  return sql`EXISTS (SELECT FROM relay.deliveries n WHERE n.destination = ${destination}
    AND n.profile_connection = ${sql.ref(connection)} AND n.ordering_key > ${sql.ref(key)} AND ${sql.raw(mayHaveArrived('n'))})`
}

/** Of what retention left in the ledger there is nothing to send. */
const isWhole = sql`e.payload_deleted_at IS NULL`

/**
 * Counts by destination, status (`null`: missing), whether an outcome is unknown, and whether it is a profile that a newer one went before;
 * of events, for one destination.
 */
export function countReplayed(
  selection: ReplaySelection,
  { after, through }: ReplayWindow,
  destination: string,
): RawBuilder<ReplayCountRow> {
  return selection.kind === 'deliveries'
    ? sql`SELECT d.destination, d.status, ${isUnknown} AS is_unknown,
        (d.profile_connection IS NOT NULL AND ${isSuperseded(sql.ref('d.destination'), 'd.profile_connection', 'd.ordering_key')})::integer
          AS is_superseded, count(*) AS count
        FROM relay.deliveries d JOIN relay.events e ON e.seq = d.event_seq
        WHERE d.id > ${after} AND d.id <= ${through} AND ${deliveryConditions(selection.filter)} AND ${isWhole}
        GROUP BY 1, 2, 3, 4`
    : sql`SELECT ${destination}::text AS destination, d.status, ${isUnknown} AS is_unknown,
        (e.type IN ('profile.created', 'profile.updated') AND ${isSuperseded(sql`${destination}`, 'e.connection_id', 'e.order_key')})::integer
          AS is_superseded, count(*) AS count
        FROM relay.events e LEFT JOIN relay.deliveries d ON d.event_seq = e.seq AND d.destination = ${destination}
        WHERE e.seq > ${after} AND e.seq <= ${through} AND ${eventConditions(selection.filter)} AND ${isWhole}
        GROUP BY 2, 3, 4`
}

/** The deliveries to make due, and the events whose delivery is to be made, in the order of their ids. */
export function selectTargets(
  selection: ReplaySelection,
  { destination, since, limit, after, through }: ReplayTargets,
): RawBuilder<ConnectionTargetRow> {
  const literals = replayedStatuses(selection).map((status) => sql.lit(status))
  const isReplayed = literals.length === 0 ? sql`false` : sql`d.status IN (${sql.join(literals)})`
  const isFree = sql`(d.replay_id IS NULL OR d.replay_id < ${since})`
  return selection.kind === 'deliveries'
    ? sql`SELECT d.id AS position, d.id, d.event_seq, d.status, d.error_code, e.connection_id
        FROM relay.deliveries d JOIN relay.events e ON e.seq = d.event_seq
        WHERE d.id > ${after} AND d.id <= ${through} AND ${deliveryConditions(selection.filter)}
        AND d.destination = ${destination} AND ${isReplayed} AND ${isWhole} AND ${isFree}
        ORDER BY d.id LIMIT ${limit}`
    : sql`SELECT e.seq AS position, d.id, e.seq AS event_seq, d.status, d.error_code, e.connection_id
        FROM relay.events e LEFT JOIN relay.deliveries d ON d.event_seq = e.seq AND d.destination = ${destination}
        WHERE e.seq > ${after} AND e.seq <= ${through} AND ${eventConditions(selection.filter)} AND ${isWhole}
        AND (d.id IS NULL OR (${isReplayed} AND ${isFree}))
        ORDER BY e.seq LIMIT ${limit}`
}
