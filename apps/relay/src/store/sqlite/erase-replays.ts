import type { Database } from 'better-sqlite3'
import type { Person } from '../../erasure/person.ts'
import type { ReplaySelection } from '../operations-store.ts'
import type { ErasureGuard } from './erasure-guard.ts'
import type { SweptRows } from './swept-rows.ts'

interface ReplayRow {
  readonly id: number
  readonly selection: string
}

const windowSize = 500
const mask = '***'

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
      const masked = withoutPerson(parsed, person, guard)
      if (masked === undefined) continue
      update.run(JSON.stringify(masked), now, id)
      endParts.run(now, id)
    }
    return { last: rows.at(-1)?.id ?? after, isEnd: rows.length < windowSize }
  }
}

/** `undefined`: it does not name the person. */
function withoutPerson(selection: ReplaySelection, person: Person, guard: ErasureGuard): ReplaySelection | undefined {
  const isNamed = (name: string, value: unknown): boolean => {
    if (typeof value !== 'string') return false
    if (name === 'customer') return person.customers.has(value)
    if (name === 'connection') return person.connections.has(value)
    const isEventId = name === 'event' || (name === 'id' && selection.kind === 'events')
    return isEventId && guard.isErasedKey(value)
  }
  const named = Object.entries(selection.filter).filter(([name, value]) => isNamed(name, value))
  if (named.length === 0) return undefined
  const masks = Object.fromEntries(named.map(([name]) => [name, mask]))
  return selection.kind === 'deliveries'
    ? { ...selection, filter: { ...selection.filter, ...masks } }
    : { ...selection, filter: { ...selection.filter, ...masks } }
}
