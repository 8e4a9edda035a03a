import Database from 'better-sqlite3'
import { systemClock } from '../../src/clock/clock.ts'
import type { MovedTable } from '../../src/store/move/moved-tables.ts'
import { movedTables } from '../../src/store/move/moved-tables.ts'
import { openSchema } from '../../src/store/postgres/open-schema.ts'
import type { PostgresDatabase } from '../../src/store/postgres/postgres-database.ts'

type Row = Readonly<Record<string, unknown>>

/** All that a store holds, row for row, as a move must keep it. */
export interface StoreContents {
  /** Of each table in the order of its key. */
  readonly tables: Readonly<Record<string, readonly Row[]>>
  /** The last number that each table has given out. */
  readonly numbers: Readonly<Record<string, number>>
  readonly deliveryCounts: readonly Row[]
  readonly counters: readonly Row[]
}

/** The counts that a store keeps of its rows, in both databases. */
const countedRows = "('events', 'versions', 'quarantined', 'enrichments')"
const numbered = movedTables.filter((table) => table.identity !== undefined)

/** Reads an SQLite store that nobody has open. */
export function sqliteContents(path: string): StoreContents {
  const database = new Database(path, { readonly: true })
  const rows = (sql: string): readonly Row[] => database.prepare<[], Row>(sql).all()
  const last = database.prepare<[string], number>('SELECT seq FROM sqlite_sequence WHERE name = ?').pluck()
  try {
    return {
      tables: Object.fromEntries(
        movedTables.map((table) => [table.name, rows(inOrder(table, table.name)).map((row) => without(row, table.left))]),
      ),
      numbers: Object.fromEntries(numbered.map(({ name }) => [name, last.get(name) ?? 0])),
      deliveryCounts: rows(
        'SELECT destination, status, count FROM delivery_counts WHERE count <> 0 ORDER BY destination, status',
      ),
      counters: rows(`SELECT name, value FROM counters WHERE name IN ${countedRows} AND value <> 0 ORDER BY name`),
    }
  } finally {
    database.close()
  }
}

/** Reads a store that was moved, and fails where a column that the old one has not holds anything. */
export async function postgresContents(url: string, { tables: moved }: StoreContents): Promise<StoreContents> {
  const database = await openSchema(url, systemClock)
  try {
    const tables = new Map<string, readonly Row[]>()
    for (const table of movedTables) {
      const rows = await database.rows<Row>(inOrder(table, `relay.${table.name}`))
      tables.set(
        table.name,
        rows.map((row) => sharedColumns(row, moved[table.name]?.[0])),
      )
    }
    const numbers = new Map<string, number>()
    for (const table of numbered) numbers.set(table.name, await lastNumber(database, table))
    return {
      tables: Object.fromEntries(tables),
      numbers: Object.fromEntries(numbers),
      deliveryCounts: await database.rows(
        `SELECT destination, status, sum(count)::bigint AS count FROM relay.delivery_counts
         GROUP BY destination, status HAVING sum(count) <> 0 ORDER BY destination COLLATE "C", status COLLATE "C"`,
      ),
      counters: await database.rows(
        `SELECT name, sum(value)::bigint AS value FROM relay.counters WHERE name IN ${countedRows}
         GROUP BY name HAVING sum(value) <> 0 ORDER BY name COLLATE "C"`,
      ),
    }
  } finally {
    await database.close()
  }
}

function inOrder({ key }: MovedTable, name: string): string {
  return `SELECT * FROM ${name} ORDER BY ${key.join(', ')}`
}

function without(row: Row, left: readonly string[] = []): Row {
  return Object.fromEntries(Object.entries(row).filter(([column]) => !left.includes(column)))
}

/** The columns that `like` has too; without any, all of them. */
function sharedColumns(row: Row, like: Row = row): Row {
  const others = Object.entries(row).filter(([column]) => !(column in like))
  const filled = others.flatMap(([column, value]) => (value === null || value === 0 ? [] : column))
  if (filled.length > 0) throw new Error(`Nothing was moved to ${filled.join(', ')}, and there is something.`)
  return Object.fromEntries(Object.entries(row).filter(([column]) => column in like))
}

async function lastNumber(database: PostgresDatabase, { name, identity = '' }: MovedTable): Promise<number> {
  const sequence = await database.value<string>('SELECT pg_get_serial_sequence($1, $2)', `relay.${name}`, identity)
  return (await database.value<number>(`SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM ${sequence}`)) ?? 0
}
