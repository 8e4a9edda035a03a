import type { ClientBase } from 'pg'

/** What a statement is given: JSON goes in as text, many rows as arrays for `unnest`. */
export type SqlValue = string | number | bigint | boolean | null | Uint8Array | readonly (string | number | null | Uint8Array)[]

/** Runs statements on one connection to the database. `$1` is the first value. Counts and times are numbers. */
export interface SqlSession {
  rows<Row>(sql: string, ...values: readonly SqlValue[]): Promise<readonly Row[]>
  /** The first row. */
  row<Row>(sql: string, ...values: readonly SqlValue[]): Promise<Row | undefined>
  /** The first column of the first row. */
  value<Value>(sql: string, ...values: readonly SqlValue[]): Promise<Value | undefined>
  /** How many rows were changed. */
  run(sql: string, ...values: readonly SqlValue[]): Promise<number>
}

/** A session on a connection that was taken from the pool. */
export function sqlSession(client: Pick<ClientBase, 'query'>): SqlSession {
  async function query(sql: string, values: readonly SqlValue[]) {
    return client.query({ text: sql, values: values.map(toStorable) })
  }

  return {
    rows: async (sql, ...values) => (await query(sql, values)).rows,
    row: async (sql, ...values) => (await query(sql, values)).rows[0],
    async value(sql, ...values) {
      const { rows } = await query(sql, values)
      const [first] = Object.values<never>(rows[0] ?? {})
      return first
    },
    run: async (sql, ...values) => (await query(sql, values)).rowCount ?? 0,
  }
}

/**
 * Text as it is stored. PostgreSQL's holds no NUL and nothing that is no well-formed text. Bodies are JSON and have neither; in an id a NUL
 * is kept apart by what Unicode has for it.
 */
export function toStoredText(value: string): string {
  return value.replaceAll('\0', '\u2400').toWellFormed()
}

function toStorable(value: SqlValue): unknown {
  if (typeof value === 'string') return toStoredText(value)
  if (value instanceof Uint8Array) return Buffer.from(value)
  return Array.isArray(value) ? value.map(toStorable) : value
}
