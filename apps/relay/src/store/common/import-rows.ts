import { createHash } from 'node:crypto'
import type {
  ImportPart,
  ImportProgress,
  ImportRecord,
  ImportRefusal,
  ImportSettings,
  ImportSource,
  NewImport,
} from '../imports-store.ts'

/** An import as it is stored. */
export interface ImportRow {
  readonly id: number
  readonly created_at: number
  readonly actor: string
  readonly kind: ImportSource['kind']
  readonly settings: string
  readonly connections: number
  readonly connections_done: number
  readonly connections_refused: number
  readonly pages: number
  readonly stored: number
  readonly known: number
  readonly refused: number
  readonly held_code: string | null
  readonly held_message: string | null
  readonly is_cancelled: number
  readonly finished_at: number | null
}

/** A part of an import as it is stored, with the import's settings. */
export interface ImportPartRow {
  readonly id: number
  readonly import_id: number
  readonly kind: ImportPart['kind']
  readonly subject: string
  readonly cursor: string | null
  readonly failures: number
  readonly failed_at: number | null
  readonly settings: string
}

/** A refusal as it is stored: empty where there is no id. */
export interface RefusalRow {
  readonly connection_id: string
  readonly purchase_id: string
  readonly code: string
  readonly message: string
}

/** The columns of {@link ImportRow}. */
export const importColumns: string = `id, created_at, actor, kind, settings, connections, connections_done, connections_refused, pages,
  stored, known, refused, held_code, held_message, is_cancelled, finished_at`

/** So many refusals are told by name. */
export const firstRefusals = 20

/** Of what nobody waits for any more. */
export const notRecorded: ImportProgress = { stored: 0, known: 0, isFinished: false, isCancelled: true }

/** By which an import is found that asks for the same. */
export function importFingerprint({ source, settings }: Pick<NewImport, 'source' | 'settings'>): string {
  return createHash('sha256').update(JSON.stringify({ source, settings })).digest('base64url')
}

/** The import of a row. */
export function toImportRecord(row: ImportRow): ImportRecord {
  return {
    id: String(row.id),
    createdAt: row.created_at,
    actor: row.actor,
    kind: row.kind,
    settings: toSettings(row),
    counts: {
      connections: row.connections,
      connectionsDone: row.connections_done,
      connectionsRefused: row.connections_refused,
      pages: row.pages,
      new: row.stored,
      known: row.known,
      refused: row.refused,
    },
    held: row.held_code === null ? null : { code: row.held_code, message: row.held_message ?? '' },
    isCancelled: row.is_cancelled === 1,
    finishedAt: row.finished_at,
  }
}

/** The part of a row. */
export function toImportPart(row: ImportPartRow): ImportPart {
  return {
    id: row.id,
    importId: String(row.import_id),
    kind: row.kind,
    subject: row.subject,
    cursor: row.cursor,
    failures: row.failures,
    failedAt: row.failed_at,
    settings: toSettings(row),
  }
}

/** The refusal of a row. */
export function toImportRefusal(row: RefusalRow): ImportRefusal {
  return {
    connectionId: row.connection_id === '' ? null : row.connection_id,
    purchaseId: row.purchase_id === '' ? null : row.purchase_id,
    code: row.code,
    message: row.message,
  }
}

/** An import in the words of the audit. A customer's id may be an email address: it is not told. */
export function describeImport(source: ImportSource, connections: number, settings: ImportSettings): string {
  return `${describeSource(source, connections)}${describeSettings(settings)}`
}

function toSettings({ settings }: { readonly settings: string }): ImportSettings {
  const parsed: ImportSettings = JSON.parse(settings)
  return parsed
}

function describeSource({ kind }: ImportSource, connections: number): string {
  if (kind === 'customer') return 'one customer'
  const noun = connections === 1 ? 'connection' : 'connections'
  return kind === 'known' ? `${connections} known ${noun}` : `${connections} ${noun}`
}

function describeSettings({ isDryRun, isMissed, since, until, destinations }: ImportSettings): string {
  return [
    isMissed ? ', what was missed' : '',
    since === null ? '' : `, since ${new Date(since).toISOString()}`,
    until === null ? '' : `, until ${new Date(until).toISOString()}`,
    destinations === null ? '' : `, to ${destinations.join(', ')}`,
    isDryRun ? ', dry run' : '',
  ].join('')
}
