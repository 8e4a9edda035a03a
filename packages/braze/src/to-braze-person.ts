import type { Identifier } from '@subtotal-connectors/core'
import { ConnectorError } from '@subtotal-connectors/core'
import { maxBytesOfExternalId, maxCharacters } from './braze-limits.ts'
import type { BrazePerson } from './braze-objects.ts'

/**
 * The person as Braze looks them up: customer id → `external_id`, email → `email`, mobile → `phone`.
 *
 * @throws ConnectorError `ERR_TOO_LARGE` for an id over 987 bytes or an email over 255 characters, which Braze refuses.
 */
export function toBrazePerson({ kind, value }: Identifier): BrazePerson {
  switch (kind) {
    case 'customerId':
      if (Buffer.byteLength(value) > maxBytesOfExternalId) {
        throw new ConnectorError(
          'ERR_TOO_LARGE',
          `The customer id has more than ${maxBytesOfExternalId} bytes, which Braze refuses.`,
        )
      }
      return { external_id: value }
    case 'email':
      if (value.length > maxCharacters) {
        throw new ConnectorError('ERR_TOO_LARGE', `The email has more than ${maxCharacters} characters, which Braze refuses.`)
      }
      return { email: value }
    case 'mobile':
      return { phone: value }
  }
}
