import type { SubtotalEvent } from '@subtotal-connectors/core'
import { emptyProfile, emptyPurchase, toLedgerEntry } from '../../retention/to-ledger-entry.ts'

/** What is known of an event beside its body. */
export interface EventColumns {
  readonly event_id: string
  readonly idempotency_key: string
  readonly type: string
  readonly occurred_at: string
  readonly received_at: number
  readonly customer_id: string | null
  readonly connection_id: string
  readonly retailer: string | null
}

/** The columns of {@link EventColumns}, of a table `e`. */
export const eventColumns: string =
  'e.event_id, e.idempotency_key, e.type, e.occurred_at, e.received_at, e.customer_id, e.connection_id, e.retailer'

const purchaseKey = /^purchase\.created:(.+)$/s

/** An event whose body cannot be read, with what its columns say: shown as one of which only the ledger entry is left. Pure. */
export function unreadableEvent(row: EventColumns): SubtotalEvent {
  const base = {
    id: row.event_id,
    occurredAt: row.occurred_at,
    receivedAt: new Date(row.received_at).toISOString(),
    idempotencyKey: row.idempotency_key,
    customer: { id: row.customer_id, email: null, mobile: null },
    connection: { id: row.connection_id, retailer: row.retailer },
    isSimulated: false,
    isHistorical: false,
  }
  switch (row.type) {
    case 'purchase.created': {
      const id = purchaseKey.exec(row.idempotency_key)?.[1] ?? row.event_id
      return toLedgerEntry({ ...base, type: row.type, purchase: { ...emptyPurchase, id } })
    }
    case 'profile.created':
    case 'profile.updated':
      return toLedgerEntry({ ...base, type: row.type, profile: { ...emptyProfile, connection_id: row.connection_id } })
    case 'account.disconnected':
    case 'connection.unauthenticated':
    case 'connection.reauthenticated':
      return { ...base, type: row.type }
    default:
      return { ...base, type: 'account.connected' }
  }
}
