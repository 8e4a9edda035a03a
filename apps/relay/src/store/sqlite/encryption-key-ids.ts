import { statSync } from 'node:fs'
import type { Database } from 'better-sqlite3'
import Sqlite from 'better-sqlite3'
import type { EncryptionKeys } from '../../encryption/encryption-keys.ts'
import { storeKeyPlace } from '../common/keyed-hash.ts'
import { refuseMissingKeys } from '../common/missing-keys.ts'
import { sealerOf } from './store-sealer.ts'

/** Throws a `ConfigurationError` in words, without writing, when values of the store may be sealed with a key that is not among these. */
export function checkEncryptionKeys(path: string, keys: EncryptionKeys): void {
  refuseMissingKeys(`store ${path}`, readKeyIds(path), keys)
}

/** The ids of the keys that values of a store may be sealed with, without writing. */
export function readKeyIds(path: string): readonly string[] {
  if (statSync(path, { throwIfNoEntry: false })?.size === 0) return []
  const database = new Sqlite(path, { readonly: true })
  try {
    const isKept = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'encryption_keys'").get() !== undefined
    return isKept ? database.prepare<[], string>('SELECT id FROM encryption_keys ORDER BY id').pluck().all() : []
  } finally {
    database.close()
  }
}

/**
 * Puts the key that seals on record before anything is sealed with it, and seals the store's own key for its hashes with it. Writes nothing
 * where that was done.
 */
export function rememberEncryptionKey(database: Database): void {
  const sealer = sealerOf(database)
  const stored = database.prepare<[], Buffer>("SELECT value FROM store_keys WHERE name = 'erasures'").pluck().get()
  const opened = stored === undefined ? undefined : sealer.openBytes(stored, storeKeyPlace)
  const isKnown =
    sealer.keyId === null ||
    database.prepare<[string], number>('SELECT 1 FROM encryption_keys WHERE id = ?').pluck().get(sealer.keyId) !== undefined
  if (isKnown && (stored === undefined || sealer.isCurrent(stored))) return
  database
    .transaction(() => {
      if (sealer.keyId !== null) database.prepare('INSERT OR IGNORE INTO encryption_keys (id) VALUES (?)').run(sealer.keyId)
      if (opened === undefined) return
      database.prepare("UPDATE store_keys SET value = ? WHERE name = 'erasures'").run(sealer.sealBytes(opened, storeKeyPlace))
    })
    .immediate()
}
