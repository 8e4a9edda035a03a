import type { Finding } from './finding.ts'
import { fail, ok } from './finding.ts'

/** What is sealed with a key that is not set cannot be delivered. `needed`: the ids of the keys that a store is sealed with. */
export function examineKeys(needed: readonly string[], keyIds: readonly string[]): readonly Finding[] {
  if (needed.length === 0) return []
  const missing = needed.filter((id) => !keyIds.includes(id))
  if (missing.length === 0) return [ok('store', 'The keys that it is sealed with are set.')]
  return [
    fail(
      'store',
      `It is sealed with key ${missing.join(' and ')}, which is not set.`,
      'Add that key to RELAY_ENCRYPTION_KEY, or to the file of RELAY_ENCRYPTION_KEY_FILE.',
    ),
  ]
}
