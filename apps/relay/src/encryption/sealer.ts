import type { KeyObject } from 'node:crypto'
import { createCipheriv, createDecipheriv, createSecretKey, randomBytes } from 'node:crypto'
import type { EncryptionKeys } from './encryption-keys.ts'

/** Where a value is stored: table, column and the row's own ids. It is authenticated, so that no value can be moved to another place. */
export type SealedPlace = readonly [table: string, column: string, ...ids: readonly (string | number)[]]

/** Seals what is stored, and opens it again. Without a key values are stored as they are. */
export interface Sealer {
  /** The id of the key that seals; `null`: nothing is sealed. */
  readonly keyId: string | null
  seal(value: string, place: SealedPlace): string
  sealBytes(value: Uint8Array, place: SealedPlace): Buffer
  /** `undefined`: it is damaged, from another place, or sealed with a key that is not there. */
  open(stored: string, place: SealedPlace): string | undefined
  openBytes(stored: Uint8Array, place: SealedPlace): Buffer | undefined
  /** Whether a stored value is as it would be stored now. */
  isCurrent(stored: string | Uint8Array): boolean
  /** The id of the key that a stored value is sealed with, as far as it says; `null`: it is not sealed. */
  keyIdOf(stored: string | Uint8Array): string | null
  /** Whether what was sealed with the key of this id can be opened. */
  hasKey(keyId: string): boolean
}

/** Before a sealed value. Then the key's id, a colon, and the nonce, the text and the tag in base64. */
export const sealedMark = 'sealed:v1:'
/** Before a value that is not sealed and looks as if it were. */
const plainMark = 'plain:'
const algorithm = 'aes-256-gcm'
const nonceBytes = 12
const tagBytes = 16
const longestMark = 64

/** Seals with AES-256-GCM and a random nonce. */
export function createSealer({ sealing, opening }: EncryptionKeys): Sealer {
  const keys = new Map(opening.map(({ id, secret }) => [id, createSecretKey(secret)]))
  const sealingKey = sealing === null ? undefined : keys.get(sealing.id)
  const mark = sealing === null ? '' : `${sealedMark}${sealing.id}:`

  function sealWith(key: KeyObject, value: Uint8Array, place: SealedPlace): string {
    const nonce = randomBytes(nonceBytes)
    const cipher = createCipheriv(algorithm, key, nonce).setAAD(toAad(place))
    const text = cipher.update(value)
    cipher.final()
    return `${mark}${Buffer.concat([nonce, text, cipher.getAuthTag()]).toString('base64')}`
  }

  function openSealed(stored: string, place: SealedPlace): Buffer | undefined {
    const idEnd = stored.indexOf(':', sealedMark.length)
    const key = keys.get(stored.slice(sealedMark.length, idEnd))
    const bytes = Buffer.from(stored.slice(idEnd + 1), 'base64')
    if (key === undefined || bytes.length < nonceBytes + tagBytes) return undefined
    const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, nonceBytes)).setAAD(toAad(place))
    decipher.setAuthTag(bytes.subarray(bytes.length - tagBytes))
    try {
      const text = decipher.update(bytes.subarray(nonceBytes, bytes.length - tagBytes))
      decipher.final()
      return text
    } catch {
      return undefined
    }
  }

  return {
    keyId: sealing?.id ?? null,
    seal(value, place) {
      if (sealingKey !== undefined) return sealWith(sealingKey, Buffer.from(value), place)
      return isMarked(value) ? `${plainMark}${value}` : value
    },
    sealBytes(value, place) {
      if (sealingKey !== undefined) return Buffer.from(sealWith(sealingKey, value, place))
      return isMarked(startOf(value)) ? Buffer.concat([Buffer.from(plainMark), value]) : Buffer.from(value)
    },
    open(stored, place) {
      if (stored.startsWith(sealedMark)) return openSealed(stored, place)?.toString('utf8')
      return stored.startsWith(plainMark) ? stored.slice(plainMark.length) : stored
    },
    openBytes(stored, place) {
      const start = startOf(stored)
      if (start.startsWith(sealedMark)) return openSealed(Buffer.from(stored).toString('latin1'), place)
      return Buffer.from(start.startsWith(plainMark) ? stored.subarray(plainMark.length) : stored)
    },
    isCurrent(stored) {
      const start = typeof stored === 'string' ? stored : startOf(stored)
      return sealing === null ? !start.startsWith(sealedMark) : start.startsWith(mark)
    },
    keyIdOf(stored) {
      const start = typeof stored === 'string' ? stored.slice(0, longestMark) : startOf(stored)
      return start.startsWith(sealedMark) ? (start.slice(sealedMark.length).split(':', 1)[0] ?? '') : null
    },
    hasKey: (keyId) => keys.has(keyId),
  }
}

function isMarked(value: string): boolean {
  return value.startsWith(sealedMark) || value.startsWith(plainMark)
}

function startOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, longestMark)).toString('latin1')
}

/** A store turns what is no well-formed text into replacement characters: its ids are not always as they were given. */
function toAad(place: SealedPlace): Buffer {
  return Buffer.from(JSON.stringify(place.map((part) => (typeof part === 'string' ? part.toWellFormed() : part))))
}
