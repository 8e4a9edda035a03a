import type { Person } from '../../erasure/person.ts'
import type { ReplaySelection } from '../operations-store.ts'

const mask = '***'

/** What a replay was asked for, without the person; `undefined`: it does not name them. `isErasedEvent`: of an event's id. */
export function withoutPerson(
  selection: ReplaySelection,
  person: Person,
  isErasedEvent: (id: string) => boolean,
): ReplaySelection | undefined {
  const isNamed = (name: string, value: unknown): boolean => {
    if (typeof value !== 'string') return false
    if (name === 'customer') return person.customers.has(value)
    if (name === 'connection') return person.connections.has(value)
    return isEventId(selection, name) && isErasedEvent(value)
  }
  const named = Object.entries(selection.filter).filter(([name, value]) => isNamed(name, value))
  if (named.length === 0) return undefined
  const masks = Object.fromEntries(named.map(([name]) => [name, mask]))
  return selection.kind === 'deliveries'
    ? { ...selection, filter: { ...selection.filter, ...masks } }
    : { ...selection, filter: { ...selection.filter, ...masks } }
}

/** The ids of events that a replay was asked for. */
export function selectedEvents(selection: ReplaySelection): readonly string[] {
  return Object.entries(selection.filter).flatMap(([name, value]) =>
    typeof value === 'string' && isEventId(selection, name) ? value : [],
  )
}

function isEventId({ kind }: ReplaySelection, name: string): boolean {
  return name === 'event' || (name === 'id' && kind === 'events')
}
