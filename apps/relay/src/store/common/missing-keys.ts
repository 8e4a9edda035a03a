import { ConfigurationError } from '../../config/configuration-error.ts'
import type { EncryptionKeys } from '../../encryption/encryption-keys.ts'

/** Throws a `ConfigurationError` in words when values of a store may be sealed with a key of `keyIds` that is not among these. */
export function refuseMissingKeys(store: string, keyIds: readonly string[], { opening }: EncryptionKeys): void {
  const missing = keyIds.filter((id) => !opening.some((key) => key.id === id))
  if (missing.length === 0) return
  const keys = missing.length === 1 ? `the key ${missing[0]}` : `the keys ${missing.join(' and ')}`
  const pronoun = missing.length === 1 ? 'it' : 'them'
  throw new ConfigurationError(
    `The ${store} holds data sealed with ${keys}, which RELAY_ENCRYPTION_KEY does not have. Nothing was changed. Add ${pronoun} to RELAY_ENCRYPTION_KEY, or to the file that RELAY_ENCRYPTION_KEY_FILE names.`,
  )
}
