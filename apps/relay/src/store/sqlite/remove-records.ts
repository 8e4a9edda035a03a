import type { Database } from 'better-sqlite3'

const size = 50

/** Removes a few of the oldest entries of the audit, and replays and imports that ended before `before`. Whether there were any. */
export function removeRecords(database: Database): (before: number) => boolean {
  const audit = database.prepare('DELETE FROM audit WHERE id IN (SELECT id FROM audit ORDER BY id LIMIT ?) AND at <= ?')
  const oldest = (table: 'replays' | 'imports') =>
    database
      .prepare<[number, number], number>(
        `SELECT id FROM (SELECT id, finished_at FROM ${table} ORDER BY id LIMIT ?) WHERE finished_at <= ?`,
      )
      .pluck()
  const replays = oldest('replays')
  const imports = oldest('imports')
  const parts = ['replay_parts WHERE replay_id', 'replays WHERE id'].map((of) => database.prepare(`DELETE FROM ${of} = ?`))
  const importParts = ['import_parts WHERE import_id', 'import_refusals WHERE import_id', 'imports WHERE id'].map((of) =>
    database.prepare(`DELETE FROM ${of} = ?`),
  )
  return database.transaction((before: number): boolean => {
    const { changes } = audit.run(size, before)
    const oldReplays = replays.all(size, before)
    const oldImports = imports.all(size, before)
    for (const id of oldReplays) for (const statement of parts) statement.run(id)
    for (const id of oldImports) for (const statement of importParts) statement.run(id)
    return changes + oldReplays.length + oldImports.length > 0
  }).immediate
}
