import type { Database } from 'better-sqlite3'
import type { SealedPlace, Sealer } from '../../encryption/sealer.ts'
import type { ContentHashes } from './content-hashes.ts'
import { subjectPlace } from './erasure-subjects.ts'
import { eventPlace, versionPlace } from './event-bodies.ts'
import { contactColumnNames, contactPlace, historyColumns, historyPlace } from './memory-values.ts'
import { quarantinePlace } from './quarantined-bodies.ts'

/** What became of the values of one or more rows. */
export interface Rewritten {
  readonly rewritten: number
  readonly unreadable: number
}

/** A table with values that are sealed, and how a row of it is written anew. */
export interface SealedTable {
  readonly name: string
  /** Its primary key, in order. */
  readonly keys: readonly string[]
  readonly columns: readonly string[]
  /** It is gone through in one step: its key may be what is sealed, and where a rotation is would name it. */
  readonly isWhole?: true
  rewrite(row: SealedRow): Rewritten
}

/** A row's key and the columns of {@link SealedTable}. */
export type SealedRow = Readonly<Record<string, string | number | Buffer | null>>

const same: Rewritten = { rewritten: 0, unreadable: 0 }
const unreadable: Rewritten = { rewritten: 0, unreadable: 1 }
/** The body of a version whose payload retention removed: there is nothing to seal. */
const removed = '{}'

/** Every table with values that are sealed. What is in none of them can be read by whoever has the file. */
export function sealedTables(database: Database, sealer: Sealer, hashes: ContentHashes): readonly SealedTable[] {
  return [
    memoryTable(database, sealer, 'connection_history', ['connection_id', 'order_key'], historyColumns, (column, row) =>
      historyPlace(column, text(row, 'connection_id'), text(row, 'order_key')),
    ),
    memoryTable(database, sealer, 'connection_contacts', ['connection_id'], contactColumnNames, (column, row) =>
      contactPlace(column, text(row, 'connection_id')),
    ),
    subjectsTable(database, sealer),
    quarantineTable(database, sealer),
    bodiesTable(database, sealer, hashes, {
      name: 'event_versions',
      keys: ['id'],
      columns: ['event_seq'],
      toPlace: (row, hash) => versionPlace(Number(row['event_seq']), hash),
    }),
    bodiesTable(database, sealer, hashes, {
      name: 'events',
      keys: ['seq'],
      columns: ['event_id'],
      toPlace: (row) => eventPlace(text(row, 'event_id')),
    }),
  ]
}

function memoryTable<Column extends string>(
  database: Database,
  sealer: Sealer,
  name: string,
  keys: readonly string[],
  columns: readonly Column[],
  toPlace: (column: Column, row: SealedRow) => SealedPlace,
): SealedTable {
  const where = keys.map((key) => `${key} = ?`).join(' AND ')
  const updates = columns.map((column) => ({
    column,
    statement: database.prepare(`UPDATE ${name} SET ${column} = ? WHERE ${where}`),
  }))
  return {
    name,
    keys,
    columns,
    rewrite(row) {
      const results = updates.map(({ column, statement }) =>
        rewriteText(sealer, row[column], toPlace(column, row), (value) => statement.run(value, ...keys.map((key) => row[key]))),
      )
      return {
        rewritten: results.reduce((sum, one) => sum + one.rewritten, 0),
        unreadable: results.reduce((sum, one) => sum + one.unreadable, 0),
      }
    },
  }
}

function subjectsTable(database: Database, sealer: Sealer): SealedTable {
  const update = database.prepare('UPDATE erasure_subjects SET value = ? WHERE erasure_id = ? AND kind = ? AND value = ?')
  return {
    name: 'erasure_subjects',
    keys: ['erasure_id', 'kind', 'value'],
    columns: [],
    isWhole: true,
    rewrite(row) {
      const { erasure_id: id, kind, value } = row
      if (kind !== 'email' && kind !== 'mobile') return same
      return rewriteText(sealer, value, subjectPlace(Number(id), kind), (stored) => update.run(stored, id, kind, value))
    },
  }
}

function quarantineTable(database: Database, sealer: Sealer): SealedTable {
  const update = database.prepare('UPDATE quarantine SET body = ? WHERE id = ?')
  return {
    name: 'quarantine',
    keys: ['id'],
    columns: ['body_hash', 'body'],
    rewrite(row) {
      const { body } = row
      if (!Buffer.isBuffer(body) || sealer.isCurrent(body)) return same
      const place = quarantinePlace(text(row, 'body_hash'))
      const opened = sealer.openBytes(body, place)
      if (opened === undefined) return unreadable
      update.run(sealer.sealBytes(opened, place), row['id'])
      return { rewritten: 1, unreadable: 0 }
    },
  }
}

/** Events and their versions: what they say, and its hash. */
function bodiesTable(
  database: Database,
  sealer: Sealer,
  hashes: ContentHashes,
  table: Pick<SealedTable, 'name' | 'keys' | 'columns'> & { toPlace(row: SealedRow, hash: string): SealedPlace },
): SealedTable {
  const { name, keys, columns, toPlace } = table
  const update = database.prepare(`UPDATE OR IGNORE ${name} SET content_hash = ?, body = ? WHERE ${keys[0]} = ?`)
  return {
    name,
    keys,
    columns: [...columns, 'content_hash', 'body'],
    rewrite(row) {
      const stored = text(row, 'content_hash')
      const hash = hashes.toStored(stored)
      const body = text(row, 'body')
      if (hash === stored && (body === removed || sealer.isCurrent(body))) return same
      const opened = sealer.open(body, toPlace(row, stored))
      if (opened === undefined) return unreadable
      update.run(hash, opened === removed ? opened : sealer.seal(opened, toPlace(row, hash)), row[keys[0] ?? ''])
      return { rewritten: 1, unreadable: 0 }
    },
  }
}

function rewriteText(
  sealer: Sealer,
  stored: SealedRow[string] | undefined,
  place: SealedPlace,
  write: (value: string) => unknown,
): Rewritten {
  if (typeof stored !== 'string' || sealer.isCurrent(stored)) return same
  const opened = sealer.open(stored, place)
  if (opened === undefined) return unreadable
  write(sealer.seal(opened, place))
  return { rewritten: 1, unreadable: 0 }
}

function text(row: SealedRow, column: string): string {
  return String(row[column] ?? '')
}
