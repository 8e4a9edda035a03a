import type { Database } from 'better-sqlite3'
import type { KeyedHash } from './keyed-hash.ts'
import { sealerOf } from './store-sealer.ts'

/**
 * Hashes of what events say, as they are stored. Where values are sealed they are keyed: whoever has the file could otherwise try
 * whose address makes the hash of an event of which everything else can be read.
 */
export interface ContentHashes {
  toStored(contentHash: string): string
  /** Those from before values were sealed are not keyed. */
  isSame(stored: string, contentHash: string): boolean
  /** The two ways in which it may be stored. */
  forms(contentHash: string): readonly [plain: string, keyed: string]
}

const mark = 'keyed:'

/** The hashes of an open store. */
export function contentHashes(database: Database, hash: KeyedHash): ContentHashes {
  const isSealing = sealerOf(database).keyId !== null
  const toKeyed = (contentHash: string): string => `${mark}${hash('content', contentHash).toString('base64url')}`
  return {
    toStored: (contentHash) => (isSealing && !isKeyed(contentHash) ? toKeyed(contentHash) : contentHash),
    forms: (contentHash) => [contentHash, toKeyed(contentHash)],
    isSame: (stored, contentHash) => stored === (isKeyed(stored) ? toKeyed(contentHash) : contentHash),
  }
}

function isKeyed(hash: string): boolean {
  return hash.startsWith(mark)
}
