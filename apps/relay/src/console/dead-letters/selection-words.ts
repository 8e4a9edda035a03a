import { toIso } from '../../http/to-iso.ts'
import type { ReplaySelection } from '../../store/operations-store.ts'

const names: Readonly<Record<string, string>> = {
  id: 'number',
  status: 'status',
  destination: 'destination',
  code: 'reason',
  event: 'event',
  customer: 'customer',
  person: 'person',
  purchase: 'purchase',
  connection: 'connection',
  retailer: 'retailer',
  type: 'type',
  since: 'received from',
  until: 'received until',
  identified: 'given an identifier since',
}

/** What a replay selects, name by name. A person is not told, and a customer neither. */
export function selectionWords(selection: ReplaySelection): readonly (readonly [name: string, value: string])[] {
  const filters = Object.entries(selection.filter).map(([name, value]): readonly [string, string] => [
    name === 'id' && selection.kind === 'events' ? 'event' : (names[name] ?? name),
    name === 'customer' || name === 'person' ? '***' : toText(value),
  ])
  if (selection.kind === 'deliveries') return filters
  return [...filters, ['to', selection.destinations.join(', ')]]
}

/** The same in one line. */
export function selectionLine(selection: ReplaySelection): string {
  const words = selectionWords(selection).map(([name, value]) => `${name} ${value}`)
  return `${selection.kind === 'deliveries' ? 'deliveries' : 'events'}: ${words.length === 0 ? 'all' : words.join(', ')}`
}

function toText(value: string | number | true): string {
  if (typeof value === 'number') return toIso(value) ?? ''
  return value === true ? 'yes' : value
}
