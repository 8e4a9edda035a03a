import type { SqlSession, SqlValue } from './sql-session.ts'

/** Which rows are wanted: those after a key, in its order. */
export interface Window {
  readonly table: string
  readonly keys: readonly string[]
  /** One is `body`, by whose size it is decided how many rows are read; without one all of them are small. */
  readonly columns: readonly string[]
  /** Of the last row before; `undefined`: from the first one on. */
  readonly after: readonly SqlValue[] | undefined
  readonly limit: number
}

const mostBytes = 1024 * 1024

/** Up to `limit` rows, and a megabyte of bodies at most, or one row. */
export async function readWindow<Row>(
  session: SqlSession,
  { table, keys, columns, after, limit }: Window,
): Promise<{ readonly rows: readonly Row[]; readonly isEnd: boolean }> {
  const key = keys.join(', ')
  const selected = [...keys, ...columns].join(', ')
  const where = after === undefined ? '' : `WHERE (${key}) > (${keys.map((_, index) => `$${index + 1}`).join(', ')})`
  const bytes = columns.includes('body') ? 'octet_length(body)' : '0'
  const rows = await session.rows<Row & { readonly window_rows: number }>(
    `SELECT ${selected}, window_rows FROM (
       SELECT ${selected}, sum(${bytes}) OVER (ORDER BY ${key}) AS window_bytes, row_number() OVER (ORDER BY ${key}) AS place,
         count(*) OVER () AS window_rows
       FROM (SELECT ${selected} FROM relay.${table} ${where} ORDER BY ${key} LIMIT ${limit}) AS found) AS sized
     WHERE place = 1 OR window_bytes <= ${mostBytes} ORDER BY ${key}`,
    ...(after ?? []),
  )
  const found = rows[0]?.window_rows ?? 0
  return { rows, isEnd: found < limit && rows.length === found }
}
