import type { SubtotalEvent } from '@subtotal-connectors/core'
import type { ClaimedEnrichment } from '../enrichment-store.ts'
import type { ContactRow } from './connection-contacts.ts'
import { toContact } from './connection-contacts.ts'
import type { MemoryValues } from './memory-values.ts'

/** An event that waits, with what Subtotal said of its connection; of a contact that is not there every column is null. */
export interface ClaimedEnrichmentRow extends ContactRow {
  readonly event_seq: number
  readonly due_at: number
  readonly since: number
  readonly attempts: number
  readonly event_id: string
  readonly body: string
}

/** The enrichment of a row, whose body was opened. */
export function toClaimedEnrichment(values: MemoryValues, row: ClaimedEnrichmentRow, event: SubtotalEvent): ClaimedEnrichment {
  return {
    id: String(row.event_seq),
    event,
    dueAt: row.due_at,
    waitingSince: row.since,
    attempts: row.attempts,
    contact: row.asked_at === null ? undefined : toContact(values, row),
  }
}
