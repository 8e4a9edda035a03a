import type { EncryptionKeys } from '../../encryption/encryption-keys.ts'
import type { Sealer } from '../../encryption/sealer.ts'
import { storeKeyPlace } from '../common/keyed-hash.ts'
import { refuseMissingKeys } from '../common/missing-keys.ts'
import type { PostgresDatabase } from './postgres-database.ts'
import { restartRotations } from './rotation-records.ts'
import type { SqlSession } from './sql-session.ts'

/** Throws a `ConfigurationError` in words, without writing, when values of the store may be sealed with a key that is not among these. */
export async function checkEncryptionKeys(session: SqlSession, keys: EncryptionKeys): Promise<void> {
  refuseMissingKeys('PostgreSQL store', await readKeyIds(session), keys)
}

/** The ids of the keys that values of the store may be sealed with. */
export async function readKeyIds(session: SqlSession): Promise<readonly string[]> {
  const rows = await session.rows<{ readonly id: string }>('SELECT id FROM relay.encryption_keys ORDER BY id')
  return rows.map(({ id }) => id)
}

/**
 * Puts the key that seals on record before anything is sealed with it, and seals the store's own key for its hashes with it. Writes nothing
 * where that was done. A relay that runs with another key has read the store's own key already. A rotation under way begins again with the
 * key of the relay that was started last.
 */
export async function rememberEncryptionKey(database: PostgresDatabase, sealer: Sealer): Promise<void> {
  const isKnown = await database.transaction((session) => rememberKeyId(session, sealer))
  await restartRotations(database, sealer.keyId)
  const stored = await storedKey(database)
  if (isKnown && (stored === undefined || sealer.isCurrent(stored))) return
  await database.transaction(async (session) => {
    const newest = await storedKey(session, 'FOR UPDATE')
    const opened = newest === undefined ? undefined : sealer.openBytes(newest, storeKeyPlace)
    if (opened === undefined) return
    await session.run("UPDATE relay.store_keys SET value = $1 WHERE name = 'erasures'", sealer.sealBytes(opened, storeKeyPlace))
  })
}

/** Puts the key that seals on record. Whether it was. */
export async function rememberKeyId(session: SqlSession, { keyId }: Pick<Sealer, 'keyId'>): Promise<boolean> {
  if (keyId === null || (await readKeyIds(session)).includes(keyId)) return true
  await session.run('INSERT INTO relay.encryption_keys (id) VALUES ($1) ON CONFLICT DO NOTHING', keyId)
  return false
}

function storedKey(session: SqlSession, lock: 'FOR UPDATE' | '' = ''): Promise<Buffer | undefined> {
  return session.value<Buffer>(`SELECT value FROM relay.store_keys WHERE name = 'erasures' ${lock}`)
}
