import type { SubtotalEvent } from '@subtotal-connectors/core'
import type { Database } from 'better-sqlite3'
import type { ErasureBlock } from '../common/erasure-blocks.ts'
import { blocksOf } from '../common/erasure-blocks.ts'
import type { KeyedHash } from '../common/keyed-hash.ts'
import { storeHash } from './store-hash.ts'

/** Keeps what was erased from coming back. Asked for each new event, so it costs nothing until something was erased. */
export interface ErasureGuard {
  readonly hash: KeyedHash
  /** Whether this event, under its id or as the same purchase, was erased. */
  isErased(event: Pick<SubtotalEvent, 'id' | 'idempotencyKey'>): boolean
  isErasedKey(key: string): boolean
  isErasedBody(bodyHash: string): boolean
  /** Whether events of anybody are dropped. */
  hasBlocks(): boolean
  /**
   * Whether an event, completed, is dropped: it is of a person who is being erased, or whose later events are not wanted. From then on
   * so are those that only name its connection. What comes while a person is erased counts as erased.
   */
  drops(event: SubtotalEvent): boolean
  /** Remembers an event's id, or the key of its purchase. */
  addKey(key: string): void
  addBody(bodyHash: string): void
  /** Blocks were added or removed. */
  readBlocks(): void
}

/** Prepares the look-ups. There is one guard for each open store: it remembers whether there is anything to look for. */
export function erasureGuard(database: Database): ErasureGuard {
  const hash = storeHash(database)
  const anyKey = database.prepare<[], number>('SELECT 1 FROM erased_keys LIMIT 1').pluck()
  const anyBlock = database.prepare<[], number>('SELECT 1 FROM erasure_blocks LIMIT 1').pluck()
  const findKey = database.prepare<[Buffer], number>('SELECT 1 FROM erased_keys WHERE hash = ?').pluck()
  const insertKey = database.prepare('INSERT OR IGNORE INTO erased_keys (hash) VALUES (?)')
  const findBlocks = database.prepare<[Buffer], ErasureBlock>(
    'SELECT erasure_id, is_weak, is_temporary FROM erasure_blocks WHERE hash = ?',
  )
  const insertBlock = database.prepare(
    'INSERT OR IGNORE INTO erasure_blocks (hash, erasure_id, is_weak, is_temporary) VALUES (?, ?, 1, ?)',
  )
  let hasKeys = anyKey.get() !== undefined
  let hasBlocks = anyBlock.get() !== undefined

  const isKey = (value: string): boolean => hasKeys && findKey.get(hash('event', value)) !== undefined

  function addKey(key: string): void {
    hasKeys = true
    insertKey.run(hash('event', key))
  }

  return {
    hash,
    isErased: ({ id, idempotencyKey }) => isKey(id) || (idempotencyKey !== id && isKey(idempotencyKey)),
    isErasedKey: isKey,
    isErasedBody: (bodyHash) => hasKeys && findKey.get(hash('body', bodyHash)) !== undefined,
    hasBlocks: () => hasBlocks,
    drops(event) {
      const blocks = blocksOf(hash, event, (one) => findBlocks.all(one))
      for (const block of blocks) {
        insertBlock.run(hash('connection', event.connection.id), block.erasure_id, block.is_temporary)
        if (block.is_temporary === 1) for (const key of new Set([event.id, event.idempotencyKey])) addKey(key)
      }
      return blocks.length > 0
    },
    addKey,
    addBody(bodyHash) {
      hasKeys = true
      insertKey.run(hash('body', bodyHash))
    },
    readBlocks() {
      hasBlocks = anyBlock.get() !== undefined
    },
  }
}
