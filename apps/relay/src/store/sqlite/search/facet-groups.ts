import type { Database } from 'better-sqlite3'
import type { EventFilter } from '../../records.ts'

/** Events of one type at one retailer: they stand together in an index, in their order. */
export interface FacetGroup {
  readonly type: string
  readonly retailer: string | null
}

/** Of more, all events are gone through. */
const mostGroups = 500

/** The groups that are meant, found with a look at each; `undefined`: there are too many. */
export function facetGroups(
  database: Database,
  { type, retailer }: Pick<EventFilter, 'type' | 'retailer'>,
): readonly FacetGroup[] | undefined {
  const from = 'FROM events INDEXED BY events_by_facets WHERE'
  const nextType = database.prepare<[string], string>(`SELECT type ${from} type > ? ORDER BY type LIMIT 1`).pluck()
  const has = database.prepare<[string, string | null], number>(`SELECT 1 ${from} type = ? AND retailer IS ? LIMIT 1`).pluck()
  const nextRetailer = database
    .prepare<[string, string], string>(`SELECT retailer ${from} type = ? AND retailer > ? ORDER BY retailer LIMIT 1`)
    .pluck()

  function* types(): Generator<string> {
    if (type !== undefined) yield type
    else for (let next = nextType.get(''); next !== undefined; next = nextType.get(next)) yield next
  }

  function* retailers(ofType: string): Generator<string | null> {
    if (retailer !== undefined) return yield retailer
    for (const none of [null, '']) if (has.get(ofType, none) !== undefined) yield none
    for (let next = nextRetailer.get(ofType, ''); next !== undefined; next = nextRetailer.get(ofType, next)) yield next
  }

  const groups: FacetGroup[] = []
  for (const ofType of types()) {
    for (const ofRetailer of retailers(ofType)) {
      if (groups.length === mostGroups) return undefined
      groups.push({ type: ofType, retailer: ofRetailer })
    }
  }
  return groups
}
