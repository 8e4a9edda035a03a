import type { Database } from 'better-sqlite3'
import type { EncryptionKeys } from '../../encryption/encryption-keys.ts'
import { noEncryptionKeys } from '../../encryption/encryption-keys.ts'
import type { Sealer } from '../../encryption/sealer.ts'
import { createSealer } from '../../encryption/sealer.ts'

const sealers = new WeakMap<Database, Sealer>()
const plainSealer = createSealer(noEncryptionKeys)

/** Gives an open store its keys, once, before anything else reads it. */
export function setSealer(database: Database, keys: EncryptionKeys): void {
  sealers.set(database, createSealer(keys))
}

/** What seals and opens the values of an open store; without keys it leaves them as they are. */
export function sealerOf(database: Database): Sealer {
  return sealers.get(database) ?? plainSealer
}
