/** A due delivery, as far as it matters whether its event is a profile. */
export interface ProfileRow {
  readonly destination: string
  readonly type: string
  readonly connection_id: string
  readonly order_key: string
}

/** Why the delivery of a profile is skipped when a newer one of its connection is in flight or settled. */
export const supersededReason = 'superseded'

/** Whether a delivery of a profile, on a row of `deliveries`, is in flight, settled, or may have arrived. */
export function mayHaveArrived(row: string): string {
  const column = (name: string): string => (row === '' ? name : `${row}.${name}`)
  return `(${column('status')} IN ('delivered', 'skipped') OR ${column('lease_token')} IS NOT NULL
    OR ${column('unknown_outcomes')} > 0 OR ${column('was_sent')} = 1)`
}

/** Whether an event says what is known of the customer at the retailer, so that only the newest one is true. */
export function isProfile(type: string): boolean {
  return type === 'profile.created' || type === 'profile.updated'
}

/** The same rows with the profiles among them from the oldest to the newest: those that are sent together are in order. */
export function profilesInOrder<Row extends ProfileRow>(rows: readonly Row[]): readonly Row[] {
  const profiles = rows.filter(({ type }) => isProfile(type)).toSorted((one, other) => (one.order_key < other.order_key ? -1 : 1))
  const next = profiles.values()
  return rows.map((row) => (isProfile(row.type) ? (next.next().value ?? row) : row))
}
