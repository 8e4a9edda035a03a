import type { Database } from 'better-sqlite3'
import type { Person } from '../../erasure/person.ts'
import type { SubjectRow } from '../common/erasure-subjects.ts'
import { newSubjectRows, personOf } from '../common/erasure-subjects.ts'
import { sealerOf } from './store-sealer.ts'

/** Whose data running erasures look for. Called inside the caller's transaction. */
export interface ErasureSubjects {
  /** Adds what is not there yet. */
  add(erasureId: number, person: Person): void
  find(erasureId: number): Person
  remove(erasureId: number): void
}

/** Prepares the statements. */
export function erasureSubjects(database: Database): ErasureSubjects {
  const sealer = sealerOf(database)
  const insert = database.prepare(
    'INSERT OR IGNORE INTO erasure_subjects (erasure_id, kind, value, is_given) VALUES (?, ?, ?, ?)',
  )
  const select = database.prepare<[number], SubjectRow>('SELECT kind, value, is_given FROM erasure_subjects WHERE erasure_id = ?')
  const remove = database.prepare('DELETE FROM erasure_subjects WHERE erasure_id = ?')
  return {
    add(erasureId, person) {
      for (const row of newSubjectRows(sealer, erasureId, person, select.all(erasureId))) {
        insert.run(erasureId, row.kind, row.value, row.is_given)
      }
    },
    find: (erasureId) => personOf(sealer, erasureId, select.all(erasureId)),
    remove: (erasureId) => void remove.run(erasureId),
  }
}
