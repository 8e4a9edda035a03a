import Database from 'better-sqlite3'
import type { EncryptionKeys } from '../../encryption/encryption-keys.ts'
import { noEncryptionKeys } from '../../encryption/encryption-keys.ts'
import { sqliteReads } from './sqlite-reads.ts'
import type { StoreReader } from './store-reader.ts'
import { setSealer } from './store-sealer.ts'

/** What is kept of the file in memory: pages that a search comes back to. */
const cacheKib = 16_000

/** Opens the store's file only for reading, beside the connection that writes. The file must be there, with its present schema. */
export function openSqliteReader(path: string, encryption: EncryptionKeys = noEncryptionKeys): StoreReader {
  const database = new Database(path, { readonly: true, fileMustExist: true })
  database.pragma(`cache_size = -${cacheKib}`)
  setSealer(database, encryption)
  return sqliteReads(database)
}
