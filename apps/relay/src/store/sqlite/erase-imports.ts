import type { Database } from 'better-sqlite3'
import type { Person } from '../../erasure/person.ts'
import { subjectsOf } from '../common/person-events.ts'
import type { SweptRows } from './swept-rows.ts'

interface ImportRow {
  readonly id: number
  readonly finished_at: number | null
}

const windowSize = 50

/**
 * Takes the person out of imports: the parts that read their purchases, what was refused of them, and the hash of a request that could name
 * them. An import with nothing else to do ends. Called inside the caller's transaction.
 */
export function eraseImports(database: Database): (person: Person, after: number, now: number) => SweptRows {
  const select = database.prepare<[number, number], ImportRow>(
    'SELECT id, finished_at FROM imports WHERE id > ? ORDER BY id LIMIT ?',
  )
  const removePart = database.prepare('DELETE FROM import_parts WHERE import_id = ? AND kind = ? AND subject = ?')
  const removeRefusals = database.prepare('DELETE FROM import_refusals WHERE import_id = ? AND connection_id = ?')
  const hasUnfinished = database
    .prepare<[number], number>('SELECT 1 FROM import_parts WHERE import_id = ? AND finished_at IS NULL LIMIT 1')
    .pluck()
  const finish = database.prepare('UPDATE imports SET finished_at = ? WHERE id = ?')
  const forgetRequest = database.prepare("UPDATE imports SET fingerprint = '' WHERE id = ? AND fingerprint <> ''")

  return (person, after, now) => {
    const rows = select.all(after, windowSize)
    for (const { id, finished_at: finishedAt } of rows) {
      let removed = 0
      for (const { kind, value } of subjectsOf(person)) {
        removed += removePart.run(id, kind, value).changes
        if (kind === 'connection') removeRefusals.run(id, value)
      }
      const isOver = finishedAt !== null || (removed > 0 && hasUnfinished.get(id) === undefined)
      if (isOver && finishedAt === null) finish.run(now, id)
      if (isOver) forgetRequest.run(id)
    }
    return { last: rows.at(-1)?.id ?? after, isEnd: rows.length < windowSize }
  }
}
