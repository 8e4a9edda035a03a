import type { Sealer } from '../../encryption/sealer.ts'
import type { KeyedHash } from './keyed-hash.ts'

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

/** Hashes that are keyed with `hash` where values are sealed. */
export function contentHashes(sealer: Pick<Sealer, 'keyId'>, hash: KeyedHash): ContentHashes {
  const isSealing = sealer.keyId !== null
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
