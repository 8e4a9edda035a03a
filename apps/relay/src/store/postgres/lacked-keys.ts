import { MissingKeyError } from '../../encryption/missing-key-error.ts'
import type { Sealer } from '../../encryption/sealer.ts'
import { readKeyIds } from './encryption-key-ids.ts'
import type { SqlSession } from './sql-session.ts'

/** The keys that other relays seal with since this one was started, and that it does not have. What they seal is left to them. */
export interface LackedKeys {
  /** Opens nothing that it lacks the key of: it throws a `MissingKeyError`, and whatever is under way is undone. */
  readonly sealer: Sealer
  /** Their ids, as far as they are known yet. */
  ids(): readonly string[]
  isAny(): boolean
  /** Learns of them all. */
  read(session: SqlSession): Promise<readonly string[]>
  /** Does it again when it met a key that was not known to be lacking. */
  learning<Result>(work: () => Promise<Result>): Promise<Result>
}

/** What it works with. */
export interface LackedKeysOptions {
  readonly database: SqlSession
  readonly sealer: Sealer
  /** Called once for each. */
  readonly onLacking: (keyId: string) => void
}

/** Keys that are not known to be lacking: a relay starts with every key on record. */
export function lackedKeys({ database, sealer, onLacking }: LackedKeysOptions): LackedKeys {
  const lacked = new Set<string>()
  /** Ids that are in damaged values: no relay has put them on record before it sealed with them. */
  const nobodys = new Set<string>()

  async function read(session: SqlSession): Promise<readonly string[]> {
    for (const id of await readKeyIds(session)) {
      if (sealer.hasKey(id) || lacked.has(id)) continue
      lacked.add(id)
      onLacking(id)
    }
    return [...lacked]
  }

  async function judge(id: string): Promise<void> {
    if (!(await read(database)).includes(id)) nobodys.add(id)
  }

  function refuse(stored: string | Uint8Array): void {
    const id = sealer.keyIdOf(stored)
    if (id === null || sealer.hasKey(id) || nobodys.has(id)) return
    if (!lacked.has(id)) judge(id).catch(() => undefined)
    throw new MissingKeyError(id)
  }

  return {
    sealer: {
      ...sealer,
      open(stored, place) {
        refuse(stored)
        return sealer.open(stored, place)
      },
      openBytes(stored, place) {
        refuse(stored)
        return sealer.openBytes(stored, place)
      },
    },
    ids: () => [...lacked],
    isAny: () => lacked.size > 0,
    read,
    async learning(work) {
      try {
        return await work()
      } catch (error) {
        if (!(error instanceof MissingKeyError)) throw error
        await judge(error.keyId)
        return work()
      }
    },
  }
}
