import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import Database from 'better-sqlite3'

/** An erasure that a backup does not know: it holds the person again. */
interface LaterErasure {
  readonly id: number
  /** Milliseconds since 1970. */
  readonly createdAt: number
  /** `null`: it was not finished. */
  readonly finishedAt: number | null
}

/** What other stores know of erasures that a backup does not. */
export interface LaterErasures {
  readonly erasures: readonly LaterErasure[]
  /** The stores that were looked into. */
  readonly compared: readonly string[]
  /** Those that could not be read. */
  readonly unread: readonly string[]
}

interface ErasureRow extends LaterErasure {
  readonly key: string
}

/**
 * Compares a backup with the store in whose place it is put, and with those that were moved aside before. What the backup itself had begun
 * to erase goes on by itself. Writes nothing; a store that is damaged is named, not relied on.
 */
export function laterErasures(backup: string, path: string): LaterErasures {
  const known = new Set(readErasures(backup)?.map(({ key }) => key))
  const found = new Map<string, LaterErasure>()
  const compared: string[] = []
  const unread: string[] = []
  for (const store of storesAt(path)) {
    const rows = readErasures(store)
    if (rows === undefined) unread.push(store)
    else compared.push(store)
    for (const { key, ...erasure } of rows ?? []) if (!known.has(key)) found.set(key, erasure)
  }
  return { erasures: [...found.values()].toSorted((one, other) => one.createdAt - other.createdAt), compared, unread }
}

function storesAt(path: string): readonly string[] {
  if (!existsSync(dirname(path))) return []
  const aside = readdirSync(dirname(path)).filter(
    (name) => name.startsWith(`${basename(path)}.before-restore-`) && !/-(wal|shm)$/.test(name),
  )
  return [...(existsSync(path) ? [path] : []), ...aside.map((name) => join(dirname(path), name))]
}

/** `undefined`: it cannot be read. A store from before there were erasures has none. */
function readErasures(path: string): readonly ErasureRow[] | undefined {
  let database: Database.Database | undefined
  try {
    database = new Database(path, { readonly: true, fileMustExist: true })
    if (database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'erasures'").get() === undefined) return []
    return database
      .prepare<[], ErasureRow>(
        `SELECT id, created_at AS createdAt, finished_at AS finishedAt, id || ' ' || created_at || ' ' || hex(identity_hash) AS key
         FROM erasures ORDER BY id`,
      )
      .all()
  } catch {
    return undefined
  } finally {
    database?.close()
  }
}
