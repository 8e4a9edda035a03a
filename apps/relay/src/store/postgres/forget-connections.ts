import { lockConnections } from './lock-connections.ts'
import type { SqlSession } from './sql-session.ts'

interface HistoryRow {
  readonly connection_id: string
  readonly order_key: string
}

/** How far the connections have been gone through: a row's key. */
export type ForgottenThrough = readonly [connectionId: string, orderKey: string]

const windowSize = 500
/** The time in an order key, in milliseconds since 1970. */
const timeDigits = 15

/**
 * Of the rows that `o` names: what a later row replaces, and the last row of a connection that no event is left of. `o` is compared as events
 * are, by their index: what is compared as the history is reads all of them.
 */
const isReplaced = `(EXISTS (SELECT FROM relay.connection_history n WHERE n.connection_id = o.connection_id AND n.order_key > o.order_key)
  OR NOT EXISTS (SELECT FROM relay.events e WHERE e.connection_id = o.connection_id))`

/**
 * Forgets what is remembered of connections from before `before`, a few rows at a time: what a later row replaces, and the last row of a
 * connection that no event is left of. Returns where to go on; `undefined` after the last. Nothing may be locked before. Connections that
 * nothing is forgotten of are not locked: their events are stored meanwhile.
 */
export async function forgetConnections(
  session: SqlSession,
  after: ForgottenThrough | undefined,
  before: number,
): Promise<ForgottenThrough | undefined> {
  const rows = await session.rows<HistoryRow>(
    `SELECT connection_id, order_key FROM relay.connection_history WHERE (connection_id, order_key) > ($1, $2)
     ORDER BY connection_id, order_key LIMIT ${windowSize}`,
    after?.[0] ?? '',
    after?.[1] ?? '',
  )
  const old = rows.filter(({ order_key: orderKey }) => Number(orderKey.slice(0, timeDigits)) <= before)
  const replaced = old.length === 0 ? [] : await readReplaced(session, old)
  if (replaced.length > 0) await forget(session, replaced)
  const last = rows.at(-1)
  return last === undefined || rows.length < windowSize ? undefined : [last.connection_id, last.order_key]
}

function readReplaced(session: SqlSession, old: readonly HistoryRow[]): Promise<readonly HistoryRow[]> {
  return session.rows<HistoryRow>(
    `SELECT connection_id, order_key FROM unnest($1::text[], $2::text[]) AS o (connection_id, order_key) WHERE ${isReplaced}`,
    old.map((row) => row.connection_id),
    old.map((row) => row.order_key),
  )
}

/** Locked, they are looked at again: an event may have come since. */
async function forget(session: SqlSession, replaced: readonly HistoryRow[]): Promise<void> {
  const connectionIds = [...new Set(replaced.map((row) => row.connection_id))]
  await lockConnections(session, connectionIds)
  await session.run(
    `DELETE FROM relay.connection_history h USING unnest($1::text[], $2::text[]) AS o (connection_id, order_key)
     WHERE h.connection_id = o.connection_id AND h.order_key = o.order_key AND ${isReplaced}`,
    replaced.map((row) => row.connection_id),
    replaced.map((row) => row.order_key),
  )
  const gone = await session.rows<{ readonly connection_id: string }>(
    `DELETE FROM relay.connections c WHERE c.connection_id = ANY($1::text[])
     AND NOT EXISTS (SELECT FROM relay.connection_history h WHERE h.connection_id = c.connection_id) RETURNING connection_id`,
    connectionIds,
  )
  for (const table of ['connection_contacts', 'person_index']) {
    await session.run(
      `DELETE FROM relay.${table} WHERE connection_id = ANY($1::text[])`,
      gone.map((row) => row.connection_id),
    )
  }
}
