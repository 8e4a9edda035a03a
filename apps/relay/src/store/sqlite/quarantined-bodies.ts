import type { Database } from 'better-sqlite3'
import { quarantinePlace } from '../common/quarantine-place.ts'
import { sealerOf } from './store-sealer.ts'

/** A quarantined webhook as far as an erasure needs it. */
export interface QuarantinedBodyRow {
  readonly id: number
  readonly body_hash: string
  readonly body: Buffer
}

const windowSize = 50
const windowBytes = 1024 * 1024

/** The body of a quarantined webhook; `undefined`: it is damaged. */
export function openQuarantined(
  database: Database,
  row: { readonly body_hash: string; readonly body: Buffer },
): Buffer | undefined {
  return sealerOf(database).openBytes(row.body, quarantinePlace(row.body_hash))
}

/** A few quarantined webhooks, the oldest first, and where to go on; `null` after the last. A megabyte at most, or one. */
export function quarantinedBodies(
  database: Database,
): (after: number) => { readonly rows: readonly QuarantinedBodyRow[]; readonly next: number | null } {
  const select = database.prepare<[number], QuarantinedBodyRow>(
    'SELECT id, body_hash, body FROM quarantine WHERE id > ? ORDER BY id',
  )
  return (after) => {
    const rows: QuarantinedBodyRow[] = []
    let bytes = 0
    for (const row of select.iterate(after)) {
      bytes += row.body.length
      if (rows.length === windowSize || (rows.length > 0 && bytes > windowBytes)) return { rows, next: rows.at(-1)?.id ?? null }
      // Whose a damaged one is, nobody can tell.
      rows.push({ ...row, body: openQuarantined(database, row) ?? Buffer.alloc(0) })
    }
    return { rows, next: null }
  }
}
