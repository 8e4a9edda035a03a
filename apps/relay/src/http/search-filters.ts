import { errorCodes, subtotalEventTypes } from '@subtotal-connectors/core'
import { endOf, startOf } from '../operations/time-range.ts'
import type { DeliveryFilter, DeliveryStatus, EventFilter, EventSearch } from '../store/records.ts'
import { deliveryStatuses } from '../store/records.ts'
import type { QueryShape } from './read-query.ts'

type Given = Readonly<Record<string, string>>

const facets: QueryShape = {
  customer: 'text',
  person: 'person',
  purchase: 'text',
  connection: 'text',
  type: subtotalEventTypes,
  retailer: 'text',
  since: 'time',
  until: 'time',
}

/** The filters of a search for events. `destinations`: those that have deliveries. */
export function eventShape(destinations: readonly string[]): QueryShape {
  return { id: 'text', ...facets, status: deliveryStatuses, destination: destinations }
}

/** Those of a search for deliveries. */
export function deliveryShape(destinations: readonly string[]): QueryShape {
  return { id: 'number', status: deliveryStatuses, destination: destinations, code: errorCodes, event: 'text', ...facets }
}

/** The filters of an {@link eventShape}, as the store takes them. */
export function toEventSearch(given: Given): EventSearch {
  return { ...pick(given, ['id', 'destination']), ...toFacets(given), ...toStatus(given) }
}

/** The filters of a {@link deliveryShape}, as the store takes them. */
export function toDeliveryFilter(given: Given): DeliveryFilter {
  return { ...pick(given, ['id', 'destination', 'code', 'event']), ...toFacets(given), ...toStatus(given) }
}

function toFacets(given: Given): Omit<EventFilter, 'id'> {
  const { since, until }: { readonly since?: string; readonly until?: string } = given
  return {
    ...pick(given, ['customer', 'person', 'purchase', 'connection', 'type', 'retailer']),
    ...(since === undefined ? {} : { since: startOf(since) }),
    ...(until === undefined ? {} : { until: endOf(until) }),
  }
}

function toStatus(given: Given): { readonly status?: DeliveryStatus } {
  const status = deliveryStatuses.find((one) => one === given['status'])
  return status === undefined ? {} : { status }
}

function pick<Name extends string>(given: Given, names: readonly Name[]): Partial<Readonly<Record<Name, string>>> {
  const picked: Partial<Record<Name, string>> = {}
  for (const name of names) {
    const value = given[name]
    if (value !== undefined) picked[name] = value
  }
  return picked
}
