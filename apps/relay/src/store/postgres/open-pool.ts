import pg from 'pg'
import { LateClient } from './late-client.ts'

/** How the database is reached. */
export interface PoolOptions {
  /** `postgres://user:password@host/database`, with `?sslmode=verify-full&sslrootcert=/path` for TLS. */
  readonly url: string
  /** The most connections at once. Default 10. */
  readonly size?: number
}

const int8 = 20
const connectMs = 5_000
const queryMs = 30_000

/**
 * A pool that connects when it is first asked. `bigint` columns are read as numbers: none holds more than 2^53. What is asked on one
 * connection is sent without waiting for the answer before it.
 */
export function openPool({ url, size = 10 }: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    Client: LateClient,
    connectionString: url,
    max: size,
    application_name: 'subtotal-relay',
    connectionTimeoutMillis: connectMs,
    query_timeout: queryMs,
    keepAlive: true,
    pipeline: true,
    types: {
      getTypeParser: (oid: number, format?: 'text' | 'binary') => (oid === int8 ? Number : pg.types.getTypeParser(oid, format)),
    },
  })
  // A connection that is lost while nobody uses it: whoever needs one next gets another.
  pool.on('error', () => undefined)
  // One that is lost between two statements of a transaction: the next statement fails of it.
  pool.on('connect', (client) => client.on('error', () => undefined))
  return pool
}
