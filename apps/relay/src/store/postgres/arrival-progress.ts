/** An event of a connection that something new is known of. */
export interface ArrivalRow {
  readonly id: number
  /** Its connection's events up to there were looked at before. */
  readonly position: number
  /** `null`: its connection has no event after that. */
  readonly seq: number | null
  /** It has a dead letter for want of an identifier. */
  readonly is_wanting: boolean
}

/** How far a step gets with one of them. */
export interface ArrivalStep {
  readonly id: number
  readonly from: number
  /** Where to go on; `null`: it is done. */
  readonly next: number | null
}

/** What to do with up to `limit` rows, in the order of their arrivals and events, of which one more shows that there is more. Pure. */
export function arrivalProgress(
  rows: readonly ArrivalRow[],
  limit: number,
): { readonly progress: readonly ArrivalStep[]; readonly wanting: readonly number[] } {
  const taken = rows.slice(0, limit)
  const following = rows[limit]
  const progress = new Map<number, ArrivalStep>()
  for (const { id, position, seq } of taken) {
    progress.set(id, { id, from: position, next: following?.id === id ? seq : null })
  }
  return {
    progress: [...progress.values()],
    wanting: taken.flatMap(({ seq, is_wanting: isWanting }) => (isWanting && seq !== null ? seq : [])),
  }
}
