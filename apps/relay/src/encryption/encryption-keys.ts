import { createHash } from 'node:crypto'
import { ConfigurationError } from '../config/configuration-error.ts'

/** A key with which stored values are sealed. */
interface EncryptionKey {
  /** Tells keys apart, and nothing of the key itself. */
  readonly id: string
  readonly secret: Uint8Array
}

/** The keys of a store. */
export interface EncryptionKeys {
  /** What is stored from now on is sealed with it; `null`: it is stored as it is. */
  readonly sealing: EncryptionKey | null
  /** What was sealed with one of these can be read. */
  readonly opening: readonly EncryptionKey[]
}

/** No key: everything is stored as it is. */
export const noEncryptionKeys: EncryptionKeys = { sealing: null, opening: [] }

/** In place of the first key: what is stored from now on is not sealed. */
const plain = 'plain'
const keyBytes = 32
const idLength = 16

/**
 * Reads keys, one a line or separated by commas: the first seals, every one opens. Lines that begin with # are passed over. The first line
 * may be `plain`: then nothing is sealed any more. Throws a `ConfigurationError` that names the line and holds nothing of it.
 */
export function parseEncryptionKeys(text: string): EncryptionKeys {
  const lines = text
    .split(/[\r\n,]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
  const isPlain = lines[0]?.toLowerCase() === plain
  const opening = lines.flatMap((line, index) => (isPlain && index === 0 ? [] : [parseKey(line, index + 1)]))
  const [first] = opening
  if (first === undefined) throw new ConfigurationError(`RELAY_ENCRYPTION_KEY has no key. ${remedy}`)
  return { sealing: isPlain ? null : first, opening }
}

const remedy = 'Make one with: openssl rand -base64 32'

function parseKey(line: string, number: number): EncryptionKey {
  const secret = decode(line)
  if (secret?.length === keyBytes) return { id: keyId(secret), secret }
  throw new ConfigurationError(`RELAY_ENCRYPTION_KEY: key ${number} is not ${keyBytes} bytes in base64 or hex. ${remedy}`)
}

function decode(line: string): Buffer | undefined {
  if (/^[0-9a-f]{64}$/i.test(line)) return Buffer.from(line, 'hex')
  return /^[A-Za-z0-9+/_-]{43}=?$/.test(line) ? Buffer.from(line, 'base64') : undefined
}

function keyId(secret: Uint8Array): string {
  return createHash('sha256').update('subtotal-relay encryption key').update(secret).digest('hex').slice(0, idLength)
}
