import { sql } from 'kysely'
import type { OwnFilter } from '../filter-conditions.ts'
import type { SqlSession } from '../sql-session.ts'
import { facetGroups, letterGroups } from './event-groups.ts'
import type { EventBranch, EventStream } from './event-stream.ts'
import { countUpTo } from './event-stream.ts'
import {
  everyEvent,
  mostPending,
  ofFacets,
  ofSubject,
  withIdentified,
  withLetter,
  withPending,
  withSkipped,
} from './event-streams.ts'
import { findSubjects } from './find-subjects.ts'
import type { OutcomeCount } from './outcome-counts.ts'
import { outcomeCounts } from './outcome-counts.ts'
import type { OutcomeSearch } from './outcome-search.ts'
import { divideSearch, isEmpty, matches } from './outcome-search.ts'
import type { PositionRange } from './time-range.ts'

/** Events that are looked at in their own row alone. */
const eventRows = 50_000
/** Those of which other rows are looked for too. */
const joinedRows = 20_000
/** Events of types and retailers are counted up to here, before others are gone through instead. */
const fewRows = 20_000

/** What is gone through for a search: of what an index holds in order, the least. */
export async function chooseStream(session: SqlSession, search: OutcomeSearch, range: PositionRange): Promise<EventStream> {
  const subjects = await findSubjects(session, search)
  if (subjects !== undefined) return toStream(subjects.map(ofSubject), search)
  const { ofEvent, ofDelivery } = divideSearch(search)
  const { type: _type, retailer: _retailer, ...apartFromFacets } = search
  const facets = await facetBranches(session, search)
  const byEvent = facets === undefined ? toStream([everyEvent], search) : toStream(facets, apartFromFacets)
  if (isEmpty(ofDelivery)) return byEvent
  const counts = await outcomeCounts(session, search)
  const count = counts.reduce((sum, one) => sum + one.count, 0)
  if (count === 0) return toStream([], {})
  const others = facets === undefined ? fewRows : await countUpTo(session, facets, range, fewRows)
  if (others < Math.min(count, fewRows)) return byEvent
  const byOutcome = await outcomeBranches(session, ofDelivery, counts, count)
  return byOutcome === undefined ? byEvent : toStream(byOutcome, ofEvent)
}

/** `undefined`: neither is given, or there are too many. */
async function facetBranches(session: SqlSession, search: OutcomeSearch): Promise<readonly EventBranch[] | undefined> {
  if (search.type === undefined && search.retailer === undefined) return undefined
  const groups = await facetGroups(session, search)
  return groups?.map(ofFacets)
}

/** `undefined`: no index holds those with such a delivery in their order. */
async function outcomeBranches(
  session: SqlSession,
  filter: OwnFilter,
  counts: readonly OutcomeCount[],
  count: number,
): Promise<readonly EventBranch[] | undefined> {
  const { status, code, identified } = filter
  const destinations = counts.map((one) => one.destination)
  if (identified === true) return destinations.map((one) => withIdentified(one, filter))
  if (status === 'dead') return (await letterGroups(session, destinations, code))?.map(withLetter)
  if (status === 'skipped' && code === undefined) return destinations.map(withSkipped)
  if (status === 'pending' && count <= mostPending) return destinations.map((one) => withPending(one, code))
  return undefined
}

/** `left`: what the branches do not see to. */
function toStream(branches: readonly EventBranch[], left: OutcomeSearch): EventStream {
  const { ofEvent, ofDelivery } = divideSearch(left)
  if (isEmpty(ofEvent) && isEmpty(ofDelivery)) return { branches }
  return { branches, comparison: { isMeant: matches(left, sql`s.seq`), mostRows: isEmpty(ofDelivery) ? eventRows : joinedRows } }
}
