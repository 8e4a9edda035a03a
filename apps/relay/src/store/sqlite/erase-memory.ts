import type { Database } from 'better-sqlite3'
import { personIndex } from './search/person-index.ts'

/**
 * Forgets what is remembered of a person's connection, up to `limit` rows, the oldest first; returns whether something may be left. What is
 * remembered of another customer whom the connection belongs to by now stays; of all before them nothing does, or a late event would be
 * completed with what is known of somebody else.
 */
export function eraseMemory(
  database: Database,
): (connectionId: string, isTheirCustomer: (customerId: string) => boolean, limit: number) => boolean {
  const newest = database
    .prepare<[string], string | null>(
      'SELECT customer_id FROM connection_history WHERE connection_id = ? ORDER BY order_key DESC LIMIT 1',
    )
    .pluck()
  const lastOfOthers = database
    .prepare<[string, string], string>(
      `SELECT order_key FROM connection_history WHERE connection_id = ? AND customer_id IS NOT ?
       ORDER BY order_key DESC LIMIT 1`,
    )
    .pluck()
  const remove = database.prepare(
    `DELETE FROM connection_history WHERE connection_id = ? AND order_key IN (
       SELECT order_key FROM connection_history WHERE connection_id = ? AND order_key <= ? ORDER BY order_key LIMIT ?)`,
  )
  const removeContact = database.prepare('DELETE FROM connection_contacts WHERE connection_id = ?')
  const removeArrival = database.prepare('DELETE FROM identity_arrivals WHERE connection_id = ?')
  const people = personIndex(database)
  return (connectionId, isTheirCustomer, limit) => {
    removeContact.run(connectionId)
    const owner = newest.get(connectionId)
    const isAnothers = typeof owner === 'string' && !isTheirCustomer(owner)
    if (!isAnothers) removeArrival.run(connectionId)
    people.forget(connectionId, isAnothers ? owner : undefined)
    const through = isAnothers ? lastOfOthers.get(connectionId, owner) : '\u{10ffff}'
    return through !== undefined && remove.run(connectionId, connectionId, through, limit).changes === limit
  }
}
