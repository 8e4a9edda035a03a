import { subtotalEventTypes } from '@subtotal-connectors/core'
import type { EventFilter } from '../../records.ts'
import type { SqlSession } from '../sql-session.ts'

/** Events that stand together in an index, in their order: of one type at one retailer. */
export interface FacetGroup {
  readonly type: string
  readonly retailer: string | null
}

/** Dead letters that stand together in an index, in their order. Each has a code. */
export interface LetterGroup {
  readonly destination: string
  readonly code: string
}

/** Of more, all events are gone through. */
const mostGroups = 200

/** The groups that are meant, found with a look at each; `undefined`: there are too many. */
export async function facetGroups(
  session: SqlSession,
  { type, retailer }: Pick<EventFilter, 'type' | 'retailer'>,
): Promise<readonly FacetGroup[] | undefined> {
  const types = type === undefined ? subtotalEventTypes : [type]
  if (retailer !== undefined) return types.map((one) => ({ type: one, retailer }))
  const groups = await session.rows<FacetGroup>(
    `WITH RECURSIVE groups AS (
       SELECT t.type, r.retailer FROM unnest($1::text[]) AS t (type) CROSS JOIN (VALUES (NULL), ('')) AS r (retailer)
       UNION ALL
       SELECT g.type, n.retailer FROM groups g CROSS JOIN LATERAL (
         SELECT min(e.retailer) AS retailer FROM relay.events e
         WHERE e.type = g.type AND e.retailer > g.retailer) n
       WHERE n.retailer IS NOT NULL)
     SELECT type, retailer FROM groups LIMIT $2`,
    types,
    mostGroups + 1,
  )
  return groups.length > mostGroups ? undefined : groups
}

/** The groups that are meant, found with a look at each; `undefined`: there are too many. */
export async function letterGroups(
  session: SqlSession,
  destinations: readonly string[],
  code: string | undefined,
): Promise<readonly LetterGroup[] | undefined> {
  if (code !== undefined) return destinations.map((destination) => ({ destination, code }))
  const groups = await session.rows<LetterGroup>(
    `WITH RECURSIVE groups AS (
       SELECT t.destination, '' AS code FROM unnest($1::text[]) AS t (destination)
       UNION ALL
       SELECT g.destination, n.code FROM groups g CROSS JOIN LATERAL (
         SELECT min(d.error_code) AS code FROM relay.deliveries d
         WHERE d.status = 'dead' AND d.destination = g.destination AND d.error_code > g.code) n
       WHERE n.code IS NOT NULL)
     SELECT destination, code FROM groups WHERE code <> '' LIMIT $2`,
    destinations,
    mostGroups + 1,
  )
  return groups.length > mostGroups ? undefined : groups
}
