import type { IdentityKind } from '../../erasure/identity.ts'
import type { Person } from '../../erasure/person.ts'
import type { ErasureRecord, StoreCopies } from '../erasure-store.ts'

/** An erasure as it is stored. */
export interface ErasureRow {
  readonly id: number
  readonly created_at: number
  readonly actor: string
  readonly kind: IdentityKind
  readonly is_blocking: number
  readonly through: number
  readonly customers: number
  readonly connections: number
  readonly events: number
  readonly versions: number
  readonly deliveries: number
  readonly quarantined: number
  readonly copies: string
  readonly erased_at: number | null
  readonly finished_at: number | null
}

/** The columns of {@link ErasureRow}. */
export const erasureColumns = `id, created_at, actor, kind, is_blocking, through, customers, connections, events, versions, deliveries,
  quarantined, copies, erased_at, finished_at`

/** An erasure whose events are still to be erased. */
export interface OpenErasure {
  readonly id: number
  readonly isBlocking: boolean
  readonly through: number
  readonly person: Person
}

/** An erasure as people see it. */
export function toErasureRecord(row: ErasureRow): ErasureRecord {
  const copies: StoreCopies = JSON.parse(row.copies)
  return {
    id: String(row.id),
    createdAt: row.created_at,
    actor: row.actor,
    kind: row.kind,
    isBlocking: row.is_blocking === 1,
    customers: row.customers,
    connections: row.connections,
    events: row.events,
    versions: row.versions,
    deliveries: row.deliveries,
    quarantined: row.quarantined,
    copies,
    erasedAt: row.erased_at,
    finishedAt: row.finished_at,
  }
}
