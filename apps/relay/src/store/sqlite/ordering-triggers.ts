import type { Database } from 'better-sqlite3'
import { parkedDueAt } from '../common/waiting-due-at.ts'

/** Whom an event is in order with: its customer, or all of its connection that names no customer. On a row of `events`. */
export function groupOf(row: string): string {
  return `CASE WHEN ${row}.customer_id IS NULL THEN 'connection:' || ${row}.connection_id ELSE 'customer:' || ${row}.customer_id END`
}

/**
 * Keeps groups right whatever changes deliveries, on this connection to the store: a delivery that becomes pending gets its group; when one
 * of a group is settled, given back, deleted or moved to another group, the first of those left waits no longer. It is looked at again when
 * it is claimed. Not part of the schema: a store without ordered destinations does nothing for them.
 */
export function createOrderingTriggers(database: Database, destinations: readonly string[]): void {
  const names = destinations.map((name) => `'${name.replaceAll("'", "''")}'`).join(', ')
  const group = `UPDATE deliveries SET
      ordering_group = (SELECT ${groupOf('e')} FROM events e WHERE e.seq = NEW.event_seq),
      ordering_key = (SELECT e.order_key FROM events e WHERE e.seq = NEW.event_seq)
    WHERE id = NEW.id;`
  const wakeFirst = `UPDATE deliveries SET due_at = own_due_at, own_due_at = NULL
    WHERE due_at = ${parkedDueAt} AND id = (
      SELECT f.id FROM deliveries f
      WHERE f.destination = OLD.destination AND f.ordering_group = OLD.ordering_group AND f.status = 'pending'
      ORDER BY f.ordering_key, f.event_seq LIMIT 1);`
  database.exec(`
CREATE TEMP TRIGGER group_new AFTER INSERT ON main.deliveries
WHEN NEW.status = 'pending' AND NEW.destination IN (${names}) BEGIN ${group} END;

CREATE TEMP TRIGGER group_replayed AFTER UPDATE OF status ON main.deliveries
WHEN NEW.status = 'pending' AND OLD.status <> 'pending' AND NEW.destination IN (${names}) BEGIN ${group} END;

CREATE TEMP TRIGGER regroup AFTER UPDATE OF customer_id ON main.events
WHEN NEW.customer_id IS NOT OLD.customer_id BEGIN
  UPDATE deliveries SET ordering_group = ${groupOf('NEW')}, due_at = coalesce(own_due_at, due_at), own_due_at = NULL
  WHERE event_seq = NEW.seq AND status = 'pending' AND destination IN (${names});
END;

CREATE TEMP TRIGGER wake_next AFTER UPDATE OF status, lease_token, ordering_group ON main.deliveries
WHEN OLD.ordering_group IS NOT NULL AND OLD.status = 'pending' AND OLD.destination IN (${names}) AND (
  NEW.status <> 'pending' OR NEW.ordering_group IS NOT OLD.ordering_group
  OR (OLD.lease_token IS NOT NULL AND NEW.lease_token IS NULL))
BEGIN ${wakeFirst} END;

CREATE TEMP TRIGGER wake_after_deletion AFTER DELETE ON main.deliveries
WHEN OLD.ordering_group IS NOT NULL AND OLD.status = 'pending' AND OLD.destination IN (${names})
BEGIN ${wakeFirst} END;`)
}
