import type { Person } from '../../erasure/person.ts'

/** An event as far as an erasure needs it. */
export interface PersonEventRow {
  readonly seq: number
  readonly event_id: string
  readonly idempotency_key: string
  readonly customer_id: string | null
  readonly connection_id: string
}

/** The columns of {@link PersonEventRow}. */
export const personEventColumns = 'seq, event_id, idempotency_key, customer_id, connection_id'

/** What a person's events are found by: one of their connections or customer ids. */
export interface PersonSubject {
  readonly kind: 'connection' | 'customer'
  readonly value: string
}

/** Everything that a person's events are found by. */
export function subjectsOf({ connections, customers }: Person): readonly PersonSubject[] {
  return [
    ...[...connections].map((value) => ({ kind: 'connection', value }) as const),
    ...[...customers].map((value) => ({ kind: 'customer', value }) as const),
  ]
}

/** Whether an event of one of the person's connections or customer ids is theirs: it may name another customer. */
export function isPersonEvent(
  { customers, connections }: Person,
  row: Pick<PersonEventRow, 'customer_id' | 'connection_id'>,
): boolean {
  return row.customer_id === null ? connections.has(row.connection_id) : customers.has(row.customer_id)
}
