import type { Database } from 'better-sqlite3'
import type { Person } from '../../erasure/person.ts'
import { withoutPerson } from '../common/erased-selection.ts'
import type { ReplaySelection } from '../operations-store.ts'
import type { ErasureGuard } from './erasure-guard.ts'
import type { SweptRows } from './swept-rows.ts'

interface ReplayRow {
  readonly id: number
  readonly selection: string
}

const windowSize = 500

/**
 * Takes the person out of what replays were asked for, and ends those that ask for nothing else: they would find nothing. Called inside the caller's transaction, after the person's events were erased.
 */
export function eraseReplays(database: Database, guard: ErasureGuard): (person: Person, after: number, now: number) => SweptRows {
  const select = database.prepare<[number, number], ReplayRow>(
    'SELECT id, selection FROM replays WHERE id > ? ORDER BY id LIMIT ?',
  )
  const update = database.prepare('UPDATE replays SET selection = ?, finished_at = coalesce(finished_at, ?) WHERE id = ?')
  const endParts = database.prepare('UPDATE replay_parts SET finished_at = ? WHERE replay_id = ? AND finished_at IS NULL')

  return (person, after, now) => {
    const rows = select.all(after, windowSize)
    for (const { id, selection } of rows) {
      const parsed: ReplaySelection = JSON.parse(selection)
      const masked = withoutPerson(parsed, person, guard.isErasedKey)
      if (masked === undefined) continue
      update.run(JSON.stringify(masked), now, id)
      endParts.run(now, id)
    }
    return { last: rows.at(-1)?.id ?? after, isEnd: rows.length < windowSize }
  }
}
