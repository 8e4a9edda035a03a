import type { RawBuilder } from 'kysely'
import { sql } from 'kysely'
import type { DeliveryFilter, EventFilter, EventSearch } from '../../records.ts'
import type { OwnFilter } from '../filter-conditions.ts'
import { eventConditions, ownConditions } from '../filter-conditions.ts'

/** Which events are looked for, also by the error code of a delivery that is meant, and by whether it is identified now. */
export interface OutcomeSearch extends EventSearch, Pick<DeliveryFilter, 'code' | 'identified'> {}

/** A search divided in what is asked of an event and what of one of its deliveries. */
interface SearchParts {
  readonly ofEvent: EventFilter
  readonly ofDelivery: OwnFilter
}

/** What is asked of an event, and what of one of its deliveries. */
export function divideSearch({ status, destination, code, identified, ...ofEvent }: OutcomeSearch): SearchParts {
  const ofDelivery = {
    ...(status === undefined ? {} : { status }),
    ...(destination === undefined ? {} : { destination }),
    ...(code === undefined ? {} : { code }),
    ...(identified === undefined ? {} : { identified }),
  }
  return { ofEvent, ofDelivery }
}

/** Whether anything is asked. */
export function isEmpty(filter: EventFilter | OwnFilter): boolean {
  return Object.values(filter).every((value) => value === undefined)
}

/** Whether the event with this `seq` is one that is looked for. Each row is looked up by itself, whatever PostgreSQL guesses of how many match. */
export function matches(search: OutcomeSearch, seq: RawBuilder<unknown>): RawBuilder<unknown> {
  const { ofEvent, ofDelivery } = divideSearch(search)
  const event = sql`(SELECT ${eventConditions(ofEvent)} FROM relay.events e WHERE e.seq = ${seq})`
  const delivery = sql`(SELECT true FROM (SELECT * FROM relay.deliveries o WHERE o.event_seq = ${seq} OFFSET 0) d
    WHERE ${ownConditions(ofDelivery)} LIMIT 1)`
  return sql`${isEmpty(ofEvent) ? sql`true` : event} AND ${isEmpty(ofDelivery) ? sql`true` : delivery}`
}
