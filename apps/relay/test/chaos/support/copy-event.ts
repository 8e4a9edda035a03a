import { join } from 'node:path'
import Database from 'better-sqlite3'
import pg from 'pg'
import type { ChaosStore } from './chaos-store.ts'

/** Makes so many copies of the first event of a store that no relay has open, with its deliveries; each has ids of its own. */
export async function copyEvent(store: ChaosStore, copies: number): Promise<void> {
  if (store.postgres === undefined) copyInSqlite(join(store.folder, 'relay.db'), copies)
  else await copyInPostgres(store.postgres.adminUrl, copies)
}

const ids = {
  event_id: "t.event_id || '-' || n.i",
  idempotency_key: "t.idempotency_key || '-' || n.i",
}

/** What is put into the table, and what it is taken from: everything as it is but the changed columns, and the table's own number. */
function columns(
  names: readonly string[],
  changed: Readonly<Record<string, string>>,
): { readonly into: string; readonly from: string } {
  return { into: names.join(', '), from: names.map((name) => changed[name] ?? `t.${name}`).join(', ') }
}

function copyInSqlite(path: string, copies: number): void {
  const database = new Database(path)
  database.pragma('synchronous = OFF')
  const namesOf = (table: string) =>
    database.prepare<[string], string>("SELECT name FROM pragma_table_info(?) WHERE name NOT IN ('seq', 'id')").pluck().all(table)
  const numbers = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${copies})`
  const event = columns(namesOf('events'), {
    ...ids,
    body: `json_set(t.body, '$.id', ${ids.event_id}, '$.idempotencyKey', ${ids.idempotency_key}, '$.purchase.id', n.i || '-copy')`,
  })
  const delivery = columns(namesOf('deliveries'), { event_seq: 'e.seq', lease_token: 'NULL' })
  database.transaction(() => {
    database.exec(`${numbers} INSERT INTO events (${event.into}) SELECT ${event.from} FROM events t, n WHERE t.seq = 1`)
    database.exec(
      `INSERT INTO deliveries (${delivery.into}) SELECT ${delivery.from} FROM deliveries t, events e WHERE t.event_seq = 1 AND e.seq > 1`,
    )
    database.exec(`UPDATE delivery_counts SET count = count + ${copies} WHERE count > 0`)
    database.exec(`UPDATE counters SET value = value + ${copies} WHERE name = 'events'`)
  })()
  database.pragma('wal_checkpoint(TRUNCATE)')
  database.close()
}

async function copyInPostgres(url: string, copies: number): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const namesOf = async (table: string) => {
    const { rows } = await client.query<{ readonly name: string }>(
      `SELECT column_name AS name FROM information_schema.columns
       WHERE table_schema = 'relay' AND table_name = $1 AND column_name NOT IN ('seq', 'id')`,
      [table],
    )
    return rows.map(({ name }) => name)
  }
  const event = columns(await namesOf('events'), {
    ...ids,
    body: `(t.body::jsonb || jsonb_build_object('id', ${ids.event_id}, 'idempotencyKey', ${ids.idempotency_key},
      'purchase', t.body::jsonb -> 'purchase' || jsonb_build_object('id', n.i || '-copy')))::text`,
  })
  const delivery = columns(await namesOf('deliveries'), { event_seq: 'e.seq', lease_token: 'NULL' })
  const numbers = `generate_series(1, ${copies}) AS n(i)`
  try {
    await client.query(
      `INSERT INTO relay.events (${event.into}) SELECT ${event.from} FROM relay.events t, ${numbers} WHERE t.seq = 1`,
    )
    await client.query(
      `INSERT INTO relay.deliveries (${delivery.into})
       SELECT ${delivery.from} FROM relay.deliveries t, relay.events e WHERE t.event_seq = 1 AND e.seq > 1`,
    )
    await client.query('VACUUM ANALYZE relay.events, relay.deliveries')
  } finally {
    await client.end()
  }
}
