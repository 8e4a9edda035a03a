import { createHmac, createSecretKey } from 'node:crypto'
import type { SealedPlace, Sealer } from '../../encryption/sealer.ts'
import type { IdentityKind } from '../../erasure/identity.ts'

/** 128 bits: no two keys will ever have the same. */
const hashBytes = 16

/** What a hash stands for, so that an id of one kind is never taken for one of another. */
type HashedKind = 'event' | 'body' | 'content' | IdentityKind | 'connection' | `person:${IdentityKind}`

/** Hashes with a key that is in the store alone, so that outside it nobody can tell what a hash was made of. */
export type KeyedHash = (kind: HashedKind, value: string) => Buffer

/** Where the key of a store is. */
export const storeKeyPlace: SealedPlace = ['store_keys', 'value', 'erasures']

/** Hashes with the key of a store, as it is stored. Throws where it is missing or cannot be opened. */
export function keyedHash(storedKey: Uint8Array | undefined, sealer: Pick<Sealer, 'openBytes'>): KeyedHash {
  const key = storedKey === undefined ? undefined : sealer.openBytes(storedKey, storeKeyPlace)
  if (key === undefined) throw new Error('The store has no key for its erasures.')
  // Made once: with the bytes each hash would make it anew, which takes five times as long.
  const secret = createSecretKey(key)
  return (kind, value) => createHmac('sha256', secret).update(`${kind}:${value}`).digest().subarray(0, hashBytes)
}
