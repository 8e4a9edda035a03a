import type { Database } from 'better-sqlite3'
import type { KeyedHash } from '../common/keyed-hash.ts'
import { keyedHash } from '../common/keyed-hash.ts'
import { sealerOf } from './store-sealer.ts'

/** Hashes with the key of an open store. */
export function storeHash(database: Database): KeyedHash {
  const stored = database.prepare<[], Buffer>("SELECT value FROM store_keys WHERE name = 'erasures'").pluck().get()
  return keyedHash(stored, sealerOf(database))
}
