import { makePurchaseEvent } from '@subtotal-connectors/testing/mocks'
import type { BenchStores } from './bench-stores.ts'

/** The destinations of a store with a history. */
export const destinations: readonly string[] = ['braze', 'klaviyo', 'customerio']

/** The connections that events are of. */
export const connections = 100_000

const periodMs = 30 * 86_400_000
const atOnce = 500_000

/**
 * Puts settled deliveries of the last 30 days into a store that has its schema and nothing else: events with one delivered delivery for each
 * destination, one in ten a profile. They share the text of a body, which nobody reads. The counts are set as the store would have.
 */
export async function addHistory(stores: BenchStores, url: string, settled: number, now: number): Promise<void> {
  const events = Math.floor(settled / destinations.length)
  const [rows, counts] = stores.schema === '' ? [sqliteRows, sqliteCounts] : [postgresRows, postgresCounts]
  for (let from = 1; from <= events; from += atOnce) {
    const to = Math.min(events, from + atOnce - 1)
    await stores.run(url, rows(from, to, { events, now }))
  }
  await stores.run(url, counts(events))
}

interface History {
  readonly events: number
  readonly now: number
}

const body = quoted(JSON.stringify(makePurchaseEvent()))

const eventColumns = `seq, event_id, idempotency_key, type, occurred_at, received_at, order_key, customer_id, connection_id, retailer,
  content_hash, body`
const deliveryColumns = `event_seq, destination, status, due_at, pending_since, attempts, settled_at, profile_connection, ordering_key`

/** The values of {@link eventColumns} of the event with the number `n`; `padded` is the number in 16 digits. */
function eventValues(padded: string, { events, now }: History): string {
  const receivedAt = `${now - periodMs} + n * ${periodMs} / ${events}`
  const connection = `(n * 7919) % ${connections}`
  return `n, '01AAAAAAAA' || ${padded}, 'purchase.created:' || ${padded}, CASE WHEN n % 10 = 0 THEN 'profile.updated' ELSE 'purchase.created' END,
    '2026-10-01T12:00:00.000Z', ${receivedAt}, '001' || ${padded}, 'customer-' || ${connection}, 'connection-' || ${connection}, 'target',
    'hash-' || ${padded}, ${body}`
}

/** The values of {@link deliveryColumns} of an event `e` for a destination `d.name`. */
const deliveryValues = `e.seq, d.name, 'delivered', e.received_at, e.received_at, 0, e.received_at + 900,
  CASE WHEN e.type = 'profile.updated' THEN e.connection_id END, CASE WHEN e.type = 'profile.updated' THEN e.order_key END`

function sqliteRows(from: number, to: number, history: History): string {
  return `PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; BEGIN;
    INSERT INTO events (${eventColumns})
      WITH RECURSIVE numbers (n) AS (SELECT ${from} UNION ALL SELECT n + 1 FROM numbers WHERE n < ${to})
      SELECT ${eventValues(`printf('%016d', n)`, history)} FROM numbers;
    INSERT INTO deliveries (${deliveryColumns})
      SELECT ${deliveryValues} FROM events e, (${destinations.map((name) => `SELECT ${quoted(name)} AS name`).join(' UNION ALL ')}) d
      WHERE e.seq BETWEEN ${from} AND ${to} ORDER BY e.seq;
    COMMIT; PRAGMA wal_checkpoint(TRUNCATE);`
}

function sqliteCounts(events: number): string {
  return `INSERT INTO delivery_counts (destination, status, count) VALUES ${destinations.map((name) => `(${quoted(name)}, 'delivered', ${events})`).join(', ')}
      ON CONFLICT DO UPDATE SET count = count + excluded.count;
    UPDATE counters SET value = value + ${events} WHERE name = 'events';`
}

/** Without triggers, which would count and arrange row by row. */
function postgresRows(from: number, to: number, history: History): string {
  return `BEGIN; SET LOCAL session_replication_role = replica; SET LOCAL synchronous_commit = off;
    INSERT INTO relay.events (${eventColumns})
      SELECT ${eventValues(`lpad(n::text, 16, '0')`, history)} FROM generate_series(${from}::bigint, ${to}) AS n;
    INSERT INTO relay.deliveries (${deliveryColumns})
      SELECT ${deliveryValues} FROM relay.events e CROSS JOIN unnest(ARRAY[${destinations.map(quoted).join(', ')}]) AS d(name)
      WHERE e.seq BETWEEN ${from} AND ${to} ORDER BY e.seq;
    COMMIT;`
}

function postgresCounts(events: number): string {
  return `INSERT INTO relay.delivery_counts (destination, status, slot, count)
      SELECT name, 'delivered', 0, ${events} FROM unnest(ARRAY[${destinations.map(quoted).join(', ')}]) AS d(name);
    INSERT INTO relay.counters (name, slot, value) VALUES ('events', 0, ${events});
    SELECT setval(pg_get_serial_sequence('relay.events', 'seq'), ${events});
    ANALYZE relay.events, relay.deliveries;`
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
