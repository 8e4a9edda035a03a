import type { Database } from 'better-sqlite3'
import { mentionsPerson } from '../../erasure/mentions.ts'
import type { Person } from '../../erasure/person.ts'
import type { PersonEventRow } from '../common/person-events.ts'
import { isPersonEvent, subjectsOf } from '../common/person-events.ts'
import type { ErasureCursor, PersonCounts, PersonSurvey } from '../erasure-store.ts'
import type { DeliveryStatus } from '../records.ts'
import { personEvents } from './person-events.ts'
import { quarantinedBodies } from './quarantined-bodies.ts'

/** Counts what is stored of a person, a part at a time: each connection and customer id, then what is in quarantine. */
export function surveyPerson(database: Database): (person: Person, after: ErasureCursor | null) => PersonSurvey {
  const events = personEvents(database)
  const bodies = quarantinedBodies(database)
  const versions = database.prepare<[number], number>('SELECT count(*) FROM event_versions WHERE event_seq = ?').pluck()
  const statuses = database.prepare<[number], DeliveryStatus>('SELECT status FROM deliveries WHERE event_seq = ?').pluck()

  function count(rows: readonly PersonEventRow[], quarantined: number): PersonCounts {
    const deliveries = { pending: 0, delivered: 0, skipped: 0, dead: 0 }
    for (const { seq } of rows) for (const status of statuses.all(seq)) deliveries[status] += 1
    const versionCount = rows.reduce((sum, { seq }) => sum + (versions.get(seq) ?? 0), 0)
    return { events: rows.length, versions: versionCount, quarantined, deliveries }
  }

  return (person, after) => {
    const subjects = subjectsOf(person)
    const { step, after: place } = after ?? { step: 0, after: 0 }
    const position = typeof place === 'number' ? place : 0
    const subject = subjects[step]
    if (subject === undefined) {
      const { rows, next } = bodies(position)
      const mentioned = rows.filter(({ body }) => mentionsPerson(body, person)).length
      return { counts: count([], mentioned), next: next === null ? null : { step, after: next } }
    }
    const { rows, next } = events(subject, position)
    // An event that its connection found already is not counted again for its customer.
    const isFirst = (row: PersonEventRow): boolean => subject.kind === 'connection' || !person.connections.has(row.connection_id)
    const theirs = rows.filter((row) => isPersonEvent(person, row) && isFirst(row))
    return { counts: count(theirs, 0), next: next === null ? { step: step + 1, after: 0 } : { step, after: next } }
  }
}
