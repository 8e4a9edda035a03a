import type { Database } from 'better-sqlite3'
import type { Person } from '../../erasure/person.ts'
import { isTheirs, withRecord } from '../../erasure/person.ts'
import type { ErasureCursor, PersonSearch } from '../erasure-store.ts'
import type { MemoryRecord } from './memory-records.ts'
import { memoryRecords } from './memory-records.ts'

/** So many rows are looked at in one go: a few milliseconds. */
const windowSize = 2_000
const contactsStep = 1

/**
 * Looks through all that is remembered of connections, in the order of their ids, and not in the index that searches use: what belongs to one
 * person only whole records tell.
 */
export function findPerson(database: Database): (person: Person, after: ErasureCursor | null) => PersonSearch {
  const { history, contacts } = memoryRecords(database)
  return (person, after) => {
    const { step, after: place } = after ?? { step: 0, after: ['', ''] }
    const [connectionId, orderKey] = typeof place === 'number' ? ['', ''] : place
    const isContacts = step === contactsStep
    const records = (isContacts ? contacts : history)({ connectionId, orderKey }, windowSize)
    const found = records.reduce(learn, person)
    const last = records.at(-1)
    if (records.length === windowSize && last !== undefined) {
      return { person: found, next: { step, after: [last.connectionId, last.orderKey] } }
    }
    return { person: found, next: isContacts ? null : { step: contactsStep, after: ['', ''] } }
  }
}

function learn(person: Person, { connectionId, owner }: MemoryRecord): Person {
  return isTheirs(person, owner) ? withRecord(person, connectionId, owner) : person
}
