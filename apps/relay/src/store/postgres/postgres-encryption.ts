import { sealedTables } from '../common/sealed-tables.ts'
import type { EncryptionStore, RotationStep } from '../encryption-store.ts'
import type { CleaningMark } from './clean-tables.ts'
import { cleanTables, markCleaning, readerMs } from './clean-tables.ts'
import { readKeyIds, rememberKeyId } from './encryption-key-ids.ts'
import { rewriteRows } from './rewrite-rows.ts'
import {
  addRotation,
  advanceRotation,
  findRotation,
  finishRotation,
  listRotations,
  markRewritten,
  openRotation,
} from './rotation-records.ts'
import type { SqlSession } from './sql-session.ts'
import type { StoreContext } from './store-context.ts'

/** After so long it is looked whether another relay still takes a step. */
const busyMs = 100
/** So long a relay with another key, or without one of them, leaves a rotation to others. */
const othersMs = 1_000
const waiting = (waitMs: number): RotationStep => ({ finished: null, waitMs })

/** Rotations, on one PostgreSQL database. Any relay that seals with the rotation's key takes the next step, one at a time. */
export function postgresEncryption({ database, lackedKeys, sealer, contentHashes }: StoreContext): EncryptionStore {
  const { keyId } = sealer
  const tables = sealedTables(sealer, contentHashes)
  const names = [...tables.map(({ name }) => name), 'store_keys']
  let cleaning: { readonly id: number; readonly mark: CleaningMark } | undefined

  /** A number: the rotation in which every value is as it should be; `null`: there is none. */
  async function rewriteSome(session: SqlSession, now: number): Promise<RotationStep | number | null> {
    const open = await openRotation(session)
    if (open === undefined) return null
    if (open.keyId !== keyId || lackedKeys.isAny()) return waiting(othersMs)
    if (open.isRewritten) return open.id
    const table = tables[open.step]
    if (table === undefined) await markRewritten(session, open.id, now)
    else {
      const { checked, position, ...done } = await rewriteRows(session, table, open.position)
      const place = position === null ? { step: open.step + 1, position } : { step: open.step, position }
      await advanceRotation(session, open.id, place, checked, done)
    }
    return waiting(0)
  }

  async function clean(id: number, now: number): Promise<RotationStep> {
    if (cleaning?.id !== id) cleaning = { id, mark: await markCleaning(database) }
    if (!(await cleanTables(database, names, cleaning.mark))) return waiting(readerMs)
    cleaning = undefined
    const isOurs = await database.transaction(async (session) => {
      if (!(await finishRotation(session, { id, keyId }, now))) return false
      await session.run('DELETE FROM relay.encryption_keys WHERE id IS DISTINCT FROM $1', keyId)
      return true
    })
    return { finished: isOurs ? String(id) : null, waitMs: 0 }
  }

  return {
    addRotation: ({ at, actor }) =>
      database.transaction(async (session) => {
        if (keyId === null && (await readKeyIds(session)).length === 0) return undefined
        return addRotation(session, { at, actor, keyId })
      }),
    advanceRotation: async ({ now }) => {
      // A rotation that another relay finished took this one's key off the record while this one still seals with it.
      await rememberKeyId(database, sealer)
      const step = await database.exclusive('rotate', (session) => rewriteSome(session, now))
      if (step === undefined) return waiting(busyMs)
      if (step === null) return undefined
      return typeof step === 'number' ? clean(step, now) : step
    },
    listRotations: (page) => listRotations(database, page),
    findRotation: (id) => findRotation(database, id),
  }
}
