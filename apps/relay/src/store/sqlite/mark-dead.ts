import type { Database } from 'better-sqlite3'
import type { MarkedDead } from '../operations-store.ts'
import type { AuditEntry, DeliveryStatus } from '../records.ts'
import type { DeliveryCounts } from './delivery-counts.ts'

interface DeliveryRow {
  readonly destination: string
  readonly status: DeliveryStatus
  readonly due_at: number
  readonly lease_token: string | null
}

interface MarkDeadRequest {
  readonly deliveryId: string
  readonly message: string
  readonly audit: AuditEntry
}

const answers = { dead: 'already_dead', delivered: 'delivered', skipped: 'skipped' } as const

/** Ends a pending delivery that nobody attempts right now, with an audit entry. */
export function markDead(database: Database, counts: DeliveryCounts): (request: MarkDeadRequest) => MarkedDead {
  const find = database.prepare<[number], DeliveryRow>(
    'SELECT destination, status, due_at, lease_token FROM deliveries WHERE id = ?',
  )
  const update = database.prepare(
    `UPDATE deliveries SET status = 'dead', due_at = ?, settled_at = ?, lease_token = NULL, error_code = 'ERR_MARKED_DEAD',
     error_message = ? WHERE id = ?`,
  )
  const insertAudit = database.prepare('INSERT INTO audit (at, actor, action, subject) VALUES (?, ?, ?, ?)')
  return database.transaction(({ deliveryId, message, audit }: MarkDeadRequest): MarkedDead => {
    const row = find.get(Number(deliveryId))
    if (row === undefined) return 'missing'
    if (row.status !== 'pending') return answers[row.status]
    if (row.lease_token !== null && row.due_at > audit.at) return 'in_flight'
    update.run(audit.at, audit.at, message, Number(deliveryId))
    counts.add(row.destination, 'pending', -1)
    counts.add(row.destination, 'dead', 1)
    counts.activity.died(row.destination, audit.at)
    insertAudit.run(audit.at, audit.actor, audit.action, audit.subject)
    return 'marked'
  }).immediate
}
