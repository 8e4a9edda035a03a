import type { ImportRow, RefusalRow } from '../common/import-rows.ts'
import {
  describeImport,
  firstRefusals,
  importColumns,
  importFingerprint,
  toImportRecord,
  toImportRefusal,
} from '../common/import-rows.ts'
import type { ImportRefusals, ImportSource, ImportsStore } from '../imports-store.ts'
import { addAudit } from './add-audit.ts'
import { newestRows } from './newest-rows.ts'
import { rowId } from './row-id.ts'
import type { SqlSession } from './sql-session.ts'
import type { StoreContext } from './store-context.ts'

type Methods = 'addImport' | 'cancelImport' | 'listImports' | 'findImport' | 'importRefusals'

/** What is recorded of imports. */
export function importRecords({ database }: StoreContext): Pick<ImportsStore, Methods> {
  return {
    addImport: ({ at, actor, source, settings }) =>
      database.transaction(async (session) => {
        // Two who ask for the same at once: the second one finds the first one's.
        await session.run("SELECT pg_advisory_xact_lock(hashtextextended('relay.add-import', 0))")
        const fingerprint = importFingerprint({ source, settings })
        const same = await session.row<ImportRow>(
          `SELECT ${importColumns} FROM relay.imports WHERE finished_at IS NULL AND fingerprint = $1 ORDER BY id LIMIT 1`,
          fingerprint,
        )
        const audit = { at, actor, action: 'import' }
        if (same !== undefined) {
          await addAudit(session, { ...audit, subject: `import ${same.id}, which was running` })
          return { import: toImportRecord(same), isNew: false }
        }
        const id = await insertImport(session, [at, actor, source.kind, JSON.stringify(settings), fingerprint])
        const connections = await addParts(session, id, source)
        const isEmpty = connections === 0 && source.kind !== 'customer'
        const row = await session.row<ImportRow>(
          `UPDATE relay.imports SET connections = $1, finished_at = $2 WHERE id = $3 RETURNING ${importColumns}`,
          connections,
          isEmpty ? at : null,
          id,
        )
        if (row === undefined) throw new Error('The import was not recorded.')
        await addAudit(session, { ...audit, subject: `import ${id}: ${describeImport(source, connections, settings)}` })
        return { import: toImportRecord(row), isNew: true }
      }),
    cancelImport: ({ id, audit }) =>
      database.transaction(async (session) => {
        const ended = await session.run(
          `UPDATE relay.imports SET is_cancelled = 1, finished_at = $1, fingerprint = '', held_code = NULL, held_message = NULL
           WHERE id = $2 AND finished_at IS NULL`,
          audit.at,
          rowId(id),
        )
        if (ended > 0) {
          await session.run('DELETE FROM relay.import_parts WHERE import_id = $1 AND finished_at IS NULL', rowId(id))
          await addAudit(session, audit)
        }
        return find(session, id)
      }),
    findImport: (id) => find(database, id),
    listImports: (page) => newestRows(database, { table: 'imports', columns: importColumns }, page, toImportRecord),
    async importRefusals(id) {
      const counts = await database.rows<ImportRefusals['counts'][number]>(
        `SELECT code, min(message) AS message, count(*) AS count FROM relay.import_refusals WHERE import_id = $1
         GROUP BY code ORDER BY code`,
        rowId(id),
      )
      const first = await database.rows<RefusalRow>(
        `SELECT connection_id, purchase_id, code, message FROM relay.import_refusals WHERE import_id = $1
         ORDER BY connection_id, purchase_id LIMIT ${firstRefusals}`,
        rowId(id),
      )
      return { counts, first: first.map(toImportRefusal) }
    },
  }
}

async function find(session: SqlSession, id: string) {
  const row = await session.row<ImportRow>(`SELECT ${importColumns} FROM relay.imports WHERE id = $1`, rowId(id))
  return row === undefined ? undefined : toImportRecord(row)
}

async function insertImport(session: SqlSession, values: readonly (string | number)[]): Promise<number> {
  const id = await session.value<number>(
    'INSERT INTO relay.imports (created_at, actor, kind, settings, fingerprint) VALUES ($1, $2, $3, $4, $5) RETURNING id',
    ...values,
  )
  if (id === undefined) throw new Error('The import was not recorded.')
  return id
}

/** How many connections there are, as far as it is known. */
async function addParts(session: SqlSession, id: number, source: ImportSource): Promise<number> {
  if (source.kind === 'connections') return addConnectionParts(session, id, source.connectionIds)
  if (source.kind === 'known') {
    return session.run(
      `INSERT INTO relay.import_parts (import_id, kind, subject)
       SELECT $1, 'connection', connection_id FROM relay.connection_history GROUP BY connection_id ORDER BY connection_id`,
      id,
    )
  }
  const insert = "INSERT INTO relay.import_parts (import_id, kind, subject) VALUES ($1, 'customer', $2)"
  await session.run(insert, id, source.customerId)
  return 0
}

/** Adds those that the import does not have, in their order. How many there were. */
export function addConnectionParts(
  session: SqlSession,
  importId: number | null,
  connectionIds: readonly string[],
): Promise<number> {
  return session.run(
    `INSERT INTO relay.import_parts (import_id, kind, subject)
     SELECT $1, 'connection', c.id FROM unnest($2::text[]) WITH ORDINALITY AS c(id, place) ORDER BY c.place
     ON CONFLICT DO NOTHING`,
    importId,
    connectionIds,
  )
}
