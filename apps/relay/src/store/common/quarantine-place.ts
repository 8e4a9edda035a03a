import type { SealedPlace } from '../../encryption/sealer.ts'

/** Where the body of a quarantined webhook is. */
export function quarantinePlace(bodyHash: string): SealedPlace {
  return ['quarantine', 'body', bodyHash]
}
