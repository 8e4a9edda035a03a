import { createHmac } from 'node:crypto'
import type { Database } from 'better-sqlite3'
import type { SealedPlace } from '../../encryption/sealer.ts'
import type { IdentityKind } from '../../erasure/identity.ts'
import { sealerOf } from './store-sealer.ts'

/** 128 bits: no two keys will ever have the same. */
const hashBytes = 16

/** What a hash stands for, so that an id of one kind is never taken for one of another. */
type HashedKind = 'event' | 'body' | 'content' | IdentityKind | 'connection' | `person:${IdentityKind}`

/** Hashes with a key that is in the store alone, so that outside it nobody can tell what a hash was made of. */
export type KeyedHash = (kind: HashedKind, value: string) => Buffer

/** Where the key of a store is. */
export const storeKeyPlace: SealedPlace = ['store_keys', 'value', 'erasures']

/** Reads the key of a store. */
export function keyedHash(database: Database): KeyedHash {
  const stored = database.prepare<[], Buffer>("SELECT value FROM store_keys WHERE name = 'erasures'").pluck().get()
  const key = stored === undefined ? undefined : sealerOf(database).openBytes(stored, storeKeyPlace)
  if (key === undefined) throw new Error('The store has no key for its erasures.')
  return (kind, value) => createHmac('sha256', key).update(`${kind}:${value}`).digest().subarray(0, hashBytes)
}
