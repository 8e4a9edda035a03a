import type { Database } from 'better-sqlite3'
import { personIndex } from './search/person-index.ts'

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
 * Forgets what is remembered of connections from before `before`, a few rows at a time: what a later row replaces, and the last row of a
 * connection that no event is left of. Returns where to go on; `undefined` after the last.
 */
export function forgetConnections(
  database: Database,
): (after: ForgottenThrough | undefined, before: number) => ForgottenThrough | undefined {
  const select = database.prepare<[string, string, number], HistoryRow>(
    `SELECT connection_id, order_key FROM connection_history WHERE (connection_id, order_key) > (?, ?)
     ORDER BY connection_id, order_key LIMIT ?`,
  )
  const hasNewer = database
    .prepare<[string, string], number>('SELECT 1 FROM connection_history WHERE connection_id = ? AND order_key > ? LIMIT 1')
    .pluck()
  const hasEvent = database.prepare<[string], number>('SELECT 1 FROM events WHERE connection_id = ? LIMIT 1').pluck()
  const remove = database.prepare('DELETE FROM connection_history WHERE connection_id = ? AND order_key = ?')
  const removeContact = database.prepare('DELETE FROM connection_contacts WHERE connection_id = ?')
  const people = personIndex(database)

  function forget({ connection_id: connectionId, order_key: orderKey }: HistoryRow): void {
    if (hasNewer.get(connectionId, orderKey) === undefined) {
      if (hasEvent.get(connectionId) !== undefined) return
      removeContact.run(connectionId)
      people.forget(connectionId)
    }
    remove.run(connectionId, orderKey)
  }

  return (after, before) => {
    const rows = select.all(after?.[0] ?? '', after?.[1] ?? '', windowSize)
    const old = rows.filter(({ order_key: orderKey }) => Number(orderKey.slice(0, timeDigits)) <= before)
    if (old.length > 0) database.transaction(() => old.forEach(forget)).immediate()
    const last = rows.at(-1)
    return last === undefined || rows.length < windowSize ? undefined : [last.connection_id, last.order_key]
  }
}
