import { UsageError } from './usage-error.ts'

/** The webhook types that Subtotal sends; see its page on webhook events. */
const webhookTypes = [
  'purchase.created',
  'connection.activated',
  'connection.unauthenticated',
  'connection.disconnected',
  'connection.deleted',
  'connection.profile.created',
  'connection.profile.updated',
] as const

const typeByStatus: Readonly<Record<string, string>> = {
  active: 'connection.activated',
  unauthenticated: 'connection.unauthenticated',
  disconnected: 'connection.disconnected',
}

/** A whole webhook, and the type that was assumed when its envelope was missing. */
export interface WrappedPayload {
  readonly webhook: unknown
  readonly assumedType?: string
}

/**
 * Puts a payload that stands alone into the envelope of a webhook; a whole webhook stays as it is. The type is the one given,
 * else it is told from the payload's fields. Throws a `UsageError` when it cannot be told.
 */
export function wrapPayload(json: unknown, type?: string): WrappedPayload {
  if (type !== undefined && !webhookTypes.some((known) => known === type)) {
    throw new UsageError(`--type must be one of ${webhookTypes.join(', ')}.`)
  }
  if (isRecord(json) && 'type' in json && 'payload' in json) return { webhook: json }
  const assumedType = type ?? guessType(json)
  if (assumedType === undefined) {
    throw new UsageError('the file holds neither a webhook nor a payload whose type is plain. Say which it is with --type.')
  }
  return { webhook: { type: assumedType, id: 'preview', payload: json }, assumedType }
}

function guessType(json: unknown): string | undefined {
  if (!isRecord(json)) return undefined
  if ('purchase' in json || 'purchase_id' in json || 'items' in json || 'total' in json) return 'purchase.created'
  if ('total_purchases' in json || 'first_name' in json) return 'connection.profile.created'
  const connection = isRecord(json['connection']) ? json['connection'] : json
  const status = connection['status']
  return typeof status === 'string' ? typeByStatus[status] : undefined
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
