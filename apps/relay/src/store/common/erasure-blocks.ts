import type { SubtotalEvent } from '@subtotal-connectors/core'
import { normalize } from '../../erasure/identity.ts'
import type { Ownership } from '../../erasure/person.ts'
import type { KeyedHash } from './keyed-hash.ts'

/** That whatever names a person or connection is dropped. */
export interface ErasureBlock {
  readonly erasure_id: number
  /** `1`: unless it names a customer. */
  readonly is_weak: number
  readonly is_temporary: number
}

/** The hashes under which the blocks of a connection and its customer are found. */
export function blockingHashes(
  hash: KeyedHash,
  connectionId: string,
  { customerId, email, mobile }: Ownership,
): readonly Buffer[] {
  return [
    hash('connection', connectionId),
    ...(customerId === null ? [] : [hash('customer', customerId)]),
    ...(email === null ? [] : [hash('email', normalize('email', email))]),
    ...(mobile === null ? [] : [hash('mobile', normalize('mobile', mobile))]),
  ]
}

/** The blocks because of which an event, completed, is dropped, of those that are found under each hash. */
export function blocksOf<Block extends ErasureBlock>(
  hash: KeyedHash,
  { customer: { id, email, mobile }, connection }: SubtotalEvent,
  find: (hash: Buffer) => readonly Block[],
): readonly Block[] {
  return blockingHashes(hash, connection.id, { customerId: id, email, mobile })
    .flatMap(find)
    .filter((block) => id === null || block.is_weak === 0)
}
