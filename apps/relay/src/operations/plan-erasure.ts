import type { Identity } from '../erasure/identity.ts'
import type { Person } from '../erasure/person.ts'
import { newPerson, sizeOf } from '../erasure/person.ts'
import type { ErasureCursor, ErasureStore, PersonCounts } from '../store/erasure-store.ts'
import type { OperationsStore } from '../store/operations-store.ts'

/** Whose data an erasure erases, and how much there is. */
export interface ErasurePlan {
  readonly person: Person
  readonly counts: PersonCounts
  /** The newest event before the search began. */
  readonly through: number
}

/** So many connections belong to no one person: an id that is given to everybody, above all. */
const mostConnections = 1_000

/** An identity that belongs to more connections than a person has. The message holds no value. */
export class TooManyConnectionsError extends Error {
  override readonly name: string = 'TooManyConnectionsError'
}

type PlanStore = Pick<ErasureStore, 'findPerson' | 'surveyPerson'> & Pick<OperationsStore, 'replayEnd'>

/** Finds a person and counts what is stored of them, part by part, so that nobody else waits. Throws a {@link TooManyConnectionsError}. */
export async function planErasure(store: PlanStore, identity: Identity): Promise<ErasurePlan> {
  const through = await store.replayEnd('events')
  const person = await findWhole(store, identity)
  return { person, counts: await count(store, person), through }
}

async function findWhole(store: PlanStore, identity: Identity): Promise<Person> {
  let person = newPerson(identity)
  for (;;) {
    const before = sizeOf(person)
    for (let after: ErasureCursor | null | undefined; after !== null; ) {
      const part = await store.findPerson({ person, after: after ?? null })
      person = part.person
      after = part.next
      if (person.connections.size <= mostConnections) continue
      throw new TooManyConnectionsError(
        `More than ${mostConnections} connections go with it: that is no one person. Nothing was changed. Erase by another identifier.`,
      )
    }
    if (sizeOf(person) === before) return person
  }
}

async function count(store: PlanStore, person: Person): Promise<PersonCounts> {
  let counts: PersonCounts = {
    events: 0,
    versions: 0,
    quarantined: 0,
    deliveries: { pending: 0, delivered: 0, skipped: 0, dead: 0 },
  }
  for (let after: ErasureCursor | null | undefined; after !== null; ) {
    const part = await store.surveyPerson({ person, after: after ?? null })
    counts = sum(counts, part.counts)
    after = part.next
  }
  return counts
}

function sum(one: PersonCounts, other: PersonCounts): PersonCounts {
  return {
    events: one.events + other.events,
    versions: one.versions + other.versions,
    quarantined: one.quarantined + other.quarantined,
    deliveries: {
      pending: one.deliveries.pending + other.deliveries.pending,
      delivered: one.deliveries.delivered + other.deliveries.delivered,
      skipped: one.deliveries.skipped + other.deliveries.skipped,
      dead: one.deliveries.dead + other.deliveries.dead,
    },
  }
}
