import type { Database } from 'better-sqlite3'
import type { ErasureGuard } from './erasure-guard.ts'
import type { SweptRows } from './swept-rows.ts'

interface AuditRow {
  readonly id: number
  readonly action: string
  readonly subject: string
}

const windowSize = 1_000
const eventSubject = /^event (.+)$/s

/**
 * Takes the ids of erased events out of the record of who looked at them. Called inside the
 * caller's transaction.
 */
export function eraseAudit(database: Database, guard: ErasureGuard): (after: number) => SweptRows {
  const select = database.prepare<[number, number], AuditRow>(
    'SELECT id, action, subject FROM audit WHERE id > ? ORDER BY id LIMIT ?',
  )
  const update = database.prepare("UPDATE audit SET subject = 'an event that was erased' WHERE id = ?")
  return (after) => {
    const rows = select.all(after, windowSize)
    for (const { id, action, subject } of rows) {
      const eventId = action === 'reveal' ? eventSubject.exec(subject)?.[1] : undefined
      if (eventId !== undefined && guard.isErasedKey(eventId)) update.run(id)
    }
    return { last: rows.at(-1)?.id ?? after, isEnd: rows.length < windowSize }
  }
}
