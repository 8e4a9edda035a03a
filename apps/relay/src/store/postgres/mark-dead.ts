import type { MarkedDead, OperationsStore } from '../operations-store.ts'
import type { DeliveryStatus } from '../records.ts'
import { countActivity, deadLetters } from './activity-log.ts'
import { addAudit } from './add-audit.ts'
import { lockOrderOf } from './customer-order.ts'
import { rowId } from './row-id.ts'
import { keptSent } from './sent-profiles.ts'
import type { StoreContext } from './store-context.ts'

interface DeliveryRow {
  readonly destination: string
  readonly status: DeliveryStatus
  readonly is_held: boolean
}

const answers = { dead: 'already_dead', delivered: 'delivered', skipped: 'skipped' } as const

/** Ends a pending delivery that nobody attempts right now, with an audit entry. */
export function markDead({ database, timeFor }: StoreContext): OperationsStore['markDead'] {
  return ({ deliveryId, message, audit }) =>
    database.transaction(async (session): Promise<MarkedDead> => {
      const id = rowId(deliveryId)
      if (id === null) return 'missing'
      const time = timeFor(audit.at)
      const [, row] = await Promise.all([
        lockOrderOf(session, [id]),
        session.row<DeliveryRow>(
          `SELECT destination, status, lease_token IS NOT NULL AND due_at > relay.now_ms($2) AS is_held
           FROM relay.deliveries WHERE id = $1 FOR UPDATE`,
          id,
          time,
        ),
      ])
      if (row === undefined) return 'missing'
      if (row.status !== 'pending') return answers[row.status]
      if (row.is_held) return 'in_flight'
      session.write(
        `UPDATE relay.deliveries SET status = 'dead', due_at = relay.now_ms($2), settled_at = $3, lease_token = NULL,
             was_sent = ${keptSent('')}, error_code = 'ERR_MARKED_DEAD', error_message = $4 WHERE id = $1`,
        id,
        time,
        audit.at,
        message,
      )
      countActivity(session, deadLetters([row.destination], audit.at))
      await addAudit(session, audit)
      return 'marked'
    })
}
