import type { SealedPlace, Sealer } from '../../encryption/sealer.ts'
import type { ContentHashes } from './content-hashes.ts'
import { subjectPlace } from './erasure-subjects.ts'
import { eventPlace, versionPlace } from './event-bodies.ts'
import { contactColumnNames, contactPlace, historyColumns, historyPlace } from './memory-values.ts'
import { quarantinePlace } from './quarantine-place.ts'

/** What became of the values of one or more rows. */
export interface Rewritten {
  readonly rewritten: number
  readonly unreadable: number
}

/** How a row is written anew. */
interface RewrittenRow extends Rewritten {
  /** The columns that change. */
  readonly changes: SealedRow
}

/** A table with values that are sealed, and how a row of it is written anew. */
export interface SealedTable {
  readonly name: 'connection_history' | 'connection_contacts' | 'erasure_subjects' | 'quarantine' | 'event_versions' | 'events'
  /** Its primary key, in order. */
  readonly keys: readonly string[]
  readonly columns: readonly string[]
  /** It is gone through in one step: its key may be what is sealed, and where a rotation is would name it. */
  readonly isWhole?: true
  rewrite(row: SealedRow): RewrittenRow
}

/** A row's key and the columns of {@link SealedTable}. */
export type SealedRow = Readonly<Record<string, string | number | Buffer | null>>

const same: RewrittenRow = { changes: {}, rewritten: 0, unreadable: 0 }
const unreadable: RewrittenRow = { changes: {}, rewritten: 0, unreadable: 1 }
/** The body of a version whose payload retention removed: there is nothing to seal. */
const removed = '{}'

/** Every table with values that are sealed. What is in none of them can be read by whoever has the store. */
export function sealedTables(sealer: Sealer, hashes: ContentHashes): readonly SealedTable[] {
  return [
    memoryTable(sealer, 'connection_history', ['connection_id', 'order_key'], historyColumns, (column, row) =>
      historyPlace(column, text(row, 'connection_id'), text(row, 'order_key')),
    ),
    memoryTable(sealer, 'connection_contacts', ['connection_id'], contactColumnNames, (column, row) =>
      contactPlace(column, text(row, 'connection_id')),
    ),
    subjectsTable(sealer),
    quarantineTable(sealer),
    bodiesTable(sealer, hashes, {
      name: 'event_versions',
      keys: ['id'],
      columns: ['event_seq'],
      toPlace: (row, hash) => versionPlace(Number(row['event_seq']), hash),
    }),
    bodiesTable(sealer, hashes, {
      name: 'events',
      keys: ['seq'],
      columns: ['event_id'],
      toPlace: (row) => eventPlace(text(row, 'event_id')),
    }),
  ]
}

/** How much of a store's memory a row takes. */
export function sizeOfRow(row: SealedRow): number {
  return Object.values(row).reduce<number>(
    (sum, value) => sum + (typeof value === 'string' || Buffer.isBuffer(value) ? value.length : 0),
    0,
  )
}

/** Where a rotation is: the key of a row. */
export function toPosition({ keys }: SealedTable, row: SealedRow): string {
  return JSON.stringify(keys.map((key) => row[key]))
}

/** The key that `toPosition` wrote. */
export function fromPosition(position: string): readonly (string | number)[] {
  const values: unknown = JSON.parse(position)
  return Array.isArray(values) ? values : []
}

function memoryTable<Column extends string>(
  sealer: Sealer,
  name: SealedTable['name'],
  keys: readonly string[],
  columns: readonly Column[],
  toPlace: (column: Column, row: SealedRow) => SealedPlace,
): SealedTable {
  return {
    name,
    keys,
    columns,
    rewrite: (row) => columns.map((column) => rewriteText(sealer, row, column, toPlace(column, row))).reduce(both, same),
  }
}

function subjectsTable(sealer: Sealer): SealedTable {
  return {
    name: 'erasure_subjects',
    keys: ['erasure_id', 'kind', 'value'],
    columns: [],
    isWhole: true,
    rewrite(row) {
      const { erasure_id: id, kind } = row
      return kind === 'email' || kind === 'mobile' ? rewriteText(sealer, row, 'value', subjectPlace(Number(id), kind)) : same
    },
  }
}

function quarantineTable(sealer: Sealer): SealedTable {
  return {
    name: 'quarantine',
    keys: ['id'],
    columns: ['body_hash', 'body'],
    rewrite(row) {
      const { body } = row
      if (!Buffer.isBuffer(body) || sealer.isCurrent(body)) return same
      const place = quarantinePlace(text(row, 'body_hash'))
      const opened = sealer.openBytes(body, place)
      return opened === undefined
        ? unreadable
        : { changes: { body: sealer.sealBytes(opened, place) }, rewritten: 1, unreadable: 0 }
    },
  }
}

/** Events and their versions: what they say, and its hash. */
function bodiesTable(
  sealer: Sealer,
  hashes: ContentHashes,
  table: Pick<SealedTable, 'name' | 'keys' | 'columns'> & { toPlace(row: SealedRow, hash: string): SealedPlace },
): SealedTable {
  const { name, keys, columns, toPlace } = table
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
      const sealed = opened === removed ? opened : sealer.seal(opened, toPlace(row, hash))
      return { changes: { content_hash: hash, body: sealed }, rewritten: 1, unreadable: 0 }
    },
  }
}

function rewriteText(sealer: Sealer, row: SealedRow, column: string, place: SealedPlace): RewrittenRow {
  const stored = row[column]
  if (typeof stored !== 'string' || sealer.isCurrent(stored)) return same
  const opened = sealer.open(stored, place)
  return opened === undefined ? unreadable : { changes: { [column]: sealer.seal(opened, place) }, rewritten: 1, unreadable: 0 }
}

function both(one: RewrittenRow, other: RewrittenRow): RewrittenRow {
  return {
    changes: { ...one.changes, ...other.changes },
    rewritten: one.rewritten + other.rewritten,
    unreadable: one.unreadable + other.unreadable,
  }
}

function text(row: SealedRow, column: string): string {
  return String(row[column] ?? '')
}
