import type { SubtotalEvent } from '@subtotal-connectors/core'
import type { Ownership } from '../../erasure/person.ts'
import type { ErasureBlock } from '../common/erasure-blocks.ts'
import { blockingHashes, blocksOf } from '../common/erasure-blocks.ts'
import type { KeyedHash } from '../common/keyed-hash.ts'
import type { SqlSession } from './sql-session.ts'
import { excludeStoring, shareStoring } from './storing-lock.ts'
import type { TransactionSession } from './transaction-session.ts'

/** Whose something is, and by which connection. */
export interface ConnectionOwner extends Ownership {
  readonly connectionId: string
}

/** Who is dropped, of a few connections and people. What it finds out is written by `save`. */
export interface OpenedBlocks {
  /** Whether events of any of them may be dropped. */
  hasBlocks(): boolean
  /**
   * Whether an event, completed, is dropped: it is of a person who is being erased, or whose later events are not wanted. From then on
   * so are those that only name its connection. What comes while a person is erased counts as erased.
   */
  drops(event: SubtotalEvent): boolean
  /** The keys of events that were dropped as erased. */
  readonly erasedKeys: ReadonlySet<string>
  save(session: TransactionSession): void
}

/** Keeps what was erased from coming back. All of it is called inside the caller's transaction. */
export interface ErasureGuard {
  /**
   * No erasure begins until the transaction ends, or one that begins is waited for: whoever stores people's data asks this first, before it
   * locks a row. Else an event could be stored by who saw no block, unseen by who looks for the person's events.
   */
  share(session: SqlSession): Promise<void>
  /** Begins an erasure, or adds to it: nobody stores anything until the transaction ends. Before any row is locked. */
  exclude(session: SqlSession): Promise<void>
  /** Those of these events' ids and purchases' keys that were erased. */
  erasedKeys(session: SqlSession, keys: readonly string[]): Promise<ReadonlySet<string>>
  isErasedBody(session: SqlSession, bodyHash: string): Promise<boolean>
  /** Whether events of anybody are dropped. */
  hasBlocks(session: SqlSession): Promise<boolean>
  /** Whom any of the owners name is looked up: `drops` is asked of no others. */
  openBlocks(session: SqlSession, owners: readonly ConnectionOwner[]): Promise<OpenedBlocks>
  /** Remembers events' ids, and the keys of their purchases. */
  addKeys(session: TransactionSession, keys: readonly string[]): void
  addBody(session: TransactionSession, bodyHash: string): void
}

interface BlockRow extends ErasureBlock {
  readonly hash: Buffer
}

/** The guard of a store. It remembers whether anything was ever erased, so that it costs next to nothing until then. */
export function erasureGuard(hash: KeyedHash): ErasureGuard {
  let hasKeys = false

  async function findKeys(session: SqlSession, hashes: () => readonly Buffer[]): Promise<ReadonlySet<string>> {
    hasKeys ||= (await session.value<boolean>('SELECT EXISTS (SELECT FROM relay.erased_keys)')) === true
    if (!hasKeys) return new Set()
    const rows = await session.rows<{ readonly hash: Buffer }>(
      'SELECT hash FROM relay.erased_keys WHERE hash = ANY($1::bytea[])',
      hashes(),
    )
    return new Set(rows.map((row) => keyOf(row.hash)))
  }

  async function isThere(session: SqlSession, one: Buffer): Promise<boolean> {
    return (await findKeys(session, () => [one])).size > 0
  }

  async function erasedKeys(session: SqlSession, keys: readonly string[]): Promise<ReadonlySet<string>> {
    const found = await findKeys(session, () => keys.map((key) => hash('event', key)))
    return new Set(found.size === 0 ? [] : keys.filter((key) => found.has(keyOf(hash('event', key)))))
  }

  function addHashes(session: TransactionSession, hashes: readonly Buffer[]): void {
    if (hashes.length === 0) return
    session.write(
      'INSERT INTO relay.erased_keys (hash) SELECT DISTINCT hash FROM unnest($1::bytea[]) AS h(hash) ORDER BY hash ON CONFLICT DO NOTHING',
      hashes,
    )
  }

  const addKeys = (session: TransactionSession, keys: Iterable<string>): void =>
    addHashes(
      session,
      [...keys].map((key) => hash('event', key)),
    )

  async function openBlocks(session: SqlSession, owners: readonly ConnectionOwner[]): Promise<OpenedBlocks> {
    const asked = owners.flatMap((owner) => blockingHashes(hash, owner.connectionId, owner))
    const rows =
      asked.length === 0
        ? []
        : await session.rows<BlockRow>(
            'SELECT hash, erasure_id, is_weak, is_temporary FROM relay.erasure_blocks WHERE hash = ANY($1::bytea[])',
            asked,
          )
    const known = new Map<string, readonly BlockRow[]>()
    const add = (row: BlockRow): void => void known.set(keyOf(row.hash), [...(known.get(keyOf(row.hash)) ?? []), row])
    for (const row of rows) add(row)
    const added: BlockRow[] = []
    const keys = new Set<string>()

    return {
      hasBlocks: () => known.size > 0,
      erasedKeys: keys,
      drops(event) {
        const blocks = blocksOf(hash, event, (one) => known.get(keyOf(one)) ?? [])
        const itself = hash('connection', event.connection.id)
        for (const block of blocks) {
          const isKnown = known.get(keyOf(itself))?.some((row) => row.erasure_id === block.erasure_id) === true
          const row = { ...block, hash: itself, is_weak: 1 }
          if (!isKnown) add(row)
          if (!isKnown) added.push(row)
          if (block.is_temporary === 1) for (const key of [event.id, event.idempotencyKey]) keys.add(key)
        }
        return blocks.length > 0
      },
      save(session) {
        if (added.length > 0) {
          session.write(
            `INSERT INTO relay.erasure_blocks (hash, erasure_id, is_weak, is_temporary)
             SELECT * FROM unnest($1::bytea[], $2::bigint[], $3::smallint[], $4::smallint[]) AS b(hash, erasure_id, is_weak, is_temporary)
             ORDER BY hash, erasure_id ON CONFLICT DO NOTHING`,
            added.map((row) => row.hash),
            added.map((row) => row.erasure_id),
            added.map((row) => row.is_weak),
            added.map((row) => row.is_temporary),
          )
        }
        addKeys(session, keys)
      },
    }
  }

  return {
    share: shareStoring,
    exclude: excludeStoring,
    erasedKeys,
    isErasedBody: async (session, bodyHash) => isThere(session, hash('body', bodyHash)),
    hasBlocks: async (session) => (await session.value<boolean>('SELECT EXISTS (SELECT FROM relay.erasure_blocks)')) === true,
    openBlocks,
    addKeys,
    addBody: (session, bodyHash) => addHashes(session, [hash('body', bodyHash)]),
  }
}

function keyOf(hash: Buffer): string {
  return hash.toString('hex')
}
