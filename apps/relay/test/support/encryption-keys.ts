import { createHash } from 'node:crypto'
import type { EncryptionKeys } from '../../src/encryption/encryption-keys.ts'
import { parseEncryptionKeys } from '../../src/encryption/encryption-keys.ts'

/** The line of a key file that a name stands for: the same in every run. */
export function keyLine(name: string): string {
  return createHash('sha256').update(`a key for tests: ${name}`).digest('base64')
}

/** The keys of these names, the first of which seals; `plain` stands for itself. */
export function testKeys(...names: readonly string[]): EncryptionKeys {
  return parseEncryptionKeys(names.map((name) => (name === 'plain' ? name : keyLine(name))).join('\n'))
}
