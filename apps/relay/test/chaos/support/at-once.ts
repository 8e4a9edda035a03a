import pg from 'pg'
import type { ChaosStore } from './chaos-store.ts'
import { until } from './wait.ts'

const longestMs = 10_000
const newest = 'FROM relay.replays WHERE id < $1 ORDER BY id DESC LIMIT'

/**
 * Asks for replays at once. On a shared store each request finds the list of replays locked, until all of them have come: on a busy machine
 * one could else be done before the next one has come.
 */
export async function askAtOnce<Answer>(
  store: Pick<ChaosStore, 'postgres'>,
  asks: readonly (() => Promise<Answer>)[],
): Promise<readonly Answer[]> {
  if (store.postgres === undefined) return Promise.all(asks.map((ask) => ask()))
  const client = new pg.Client({ connectionString: store.postgres.adminUrl })
  await client.connect()
  try {
    await client.query('BEGIN; LOCK TABLE relay.replays IN ACCESS EXCLUSIVE MODE')
    const answers = Promise.all(asks.map((ask) => ask()))
    answers.catch(() => undefined)
    const areThere = await until(async () => (await waitingFor(client)) >= asks.length, longestMs)
    if (areThere === undefined) throw new Error('The requests have not come.')
    await client.query('COMMIT')
    return await answers
  } finally {
    await client.end()
  }
}

/** So many requests look for the newest replay. */
async function waitingFor(client: pg.Client): Promise<number> {
  // Within a transaction it is else seen as it was at first.
  await client.query('SELECT pg_stat_clear_snapshot()')
  const { rows } = await client.query<{ readonly count: number }>(
    `SELECT count(*)::int AS count FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock' AND position($1 IN query) > 0`,
    [newest],
  )
  return rows[0]?.count ?? 0
}
