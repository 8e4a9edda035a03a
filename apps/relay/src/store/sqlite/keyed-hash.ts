import { createHmac } from 'node:crypto'
import type { Database } from 'better-sqlite3'

/** 128 bits: no two keys will ever have the same. */
const hashBytes = 16

/** What a hash stands for, so that an id of one kind is never taken for one of another. */
type HashedKind = 'event' | 'body' | 'customer' | 'email' | 'mobile' | 'connection'

/** Hashes with a key that is in the store alone, so that outside it nobody can tell what a hash was made of. */
export type KeyedHash = (kind: HashedKind, value: string) => Buffer

/** Reads the key of a store. */
export function keyedHash(database: Database): KeyedHash {
  const key = database.prepare<[], Buffer>("SELECT value FROM store_keys WHERE name = 'erasures'").pluck().get()
  if (key === undefined) throw new Error('The store has no key for its erasures.')
  return (kind, value) => createHmac('sha256', key).update(`${kind}:${value}`).digest().subarray(0, hashBytes)
}
