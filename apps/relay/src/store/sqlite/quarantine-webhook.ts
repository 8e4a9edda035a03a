import type { Database } from 'better-sqlite3'
import { quarantinePlace } from '../common/quarantine-place.ts'
import type { IncomingQuarantined, QuarantineOutcome } from '../store.ts'
import type { DeliveryCounts } from './delivery-counts.ts'
import type { ErasureGuard } from './erasure-guard.ts'
import { sealerOf } from './store-sealer.ts'

/** Keeps a webhook that was not understood; a repeat of one that is there is counted. `null`: it was erased, and is not kept. */
export function quarantineWebhook(
  database: Database,
  counts: DeliveryCounts,
  guard: ErasureGuard,
): (webhook: IncomingQuarantined) => QuarantineOutcome | null {
  const sealer = sealerOf(database)
  const isKnownReason = database.prepare<[string], number>('SELECT 1 FROM quarantine WHERE reason = ? LIMIT 1').pluck()
  const repeat = database
    .prepare<[string], number>('UPDATE quarantine SET count = count + 1 WHERE body_hash = ? RETURNING id')
    .pluck()
  const insert = database.prepare(
    'INSERT INTO quarantine (body_hash, reason, fields, signed_at, received_at, body) VALUES (?, ?, ?, ?, ?, ?)',
  )
  return database.transaction((webhook: IncomingQuarantined): QuarantineOutcome | null => {
    const { reason, fields, body, bodyHash, signedAt, receivedAt } = webhook
    const known = repeat.get(bodyHash)
    if (known !== undefined) return { id: String(known), isFirstOfReason: false, isRepeat: true }
    if (guard.isErasedBody(bodyHash)) return null
    const isFirstOfReason = isKnownReason.get(reason) === undefined
    const sealed = sealer.sealBytes(body, quarantinePlace(bodyHash))
    const { lastInsertRowid } = insert.run(bodyHash, reason, JSON.stringify(fields), signedAt, receivedAt, sealed)
    counts.count('quarantined', 1)
    return { id: String(lastInsertRowid), isFirstOfReason, isRepeat: false }
  }).immediate
}
