import { quarantinePlace } from '../common/quarantine-place.ts'
import type { IncomingQuarantined, QuarantineOutcome } from '../store.ts'
import { OvertakenError } from './postgres-database.ts'
import type { SqlSession } from './sql-session.ts'
import type { StoreContext } from './store-context.ts'

/**
 * Keeps a webhook that was not understood, in the caller's transaction; a repeat of one that is there is counted. `null`: it was erased, and
 * is not kept.
 */
export async function quarantineWebhook(
  { guard, sealer }: Pick<StoreContext, 'guard' | 'sealer'>,
  session: SqlSession,
  { reason, fields, body, bodyHash, signedAt, receivedAt }: IncomingQuarantined,
): Promise<QuarantineOutcome | null> {
  const known = await session.value<number>(
    'UPDATE relay.quarantine SET count = count + 1 WHERE body_hash = $1 RETURNING id',
    bodyHash,
  )
  if (known !== undefined) return { id: String(known), isFirstOfReason: false, isRepeat: true }
  // After the look at the webhooks: who erases one remembers it in the same transaction.
  if (await guard.isErasedBody(session, bodyHash)) return null
  const isFirstOfReason = await isFirst(session, reason)
  const id = await session.value<number>(
    `INSERT INTO relay.quarantine (body_hash, reason, fields, signed_at, received_at, body) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT DO NOTHING RETURNING id`,
    bodyHash,
    reason,
    JSON.stringify(fields),
    signedAt,
    receivedAt,
    sealer.sealBytes(body, quarantinePlace(bodyHash)),
  )
  if (id === undefined) throw new OvertakenError()
  return { id: String(id), isFirstOfReason, isRepeat: false }
}

/** Whether nothing has this reason: of two that come at once, one. */
async function isFirst(session: SqlSession, reason: string): Promise<boolean> {
  const isThere = async (): Promise<boolean> =>
    (await session.value<boolean>('SELECT EXISTS (SELECT FROM relay.quarantine WHERE reason = $1)', reason)) === true
  if (await isThere()) return false
  await session.run('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', `relay.quarantine:${reason}`)
  return !(await isThere())
}
