import type { Database } from 'better-sqlite3'
import type { SealedPlace } from '../../encryption/sealer.ts'
import type { IdentityKind } from '../../erasure/identity.ts'
import type { Person } from '../../erasure/person.ts'
import { newPerson } from '../../erasure/person.ts'
import { sealerOf } from './store-sealer.ts'

/** What a person who is being erased is known by. */
export interface ErasureSubject {
  readonly kind: IdentityKind | 'connection'
  readonly value: string
  /** It is what was asked for. */
  readonly isGiven: boolean
}

/** Whose data running erasures look for. Called inside the caller's transaction. */
export interface ErasureSubjects {
  /** Adds what is not there yet. */
  add(erasureId: number, person: Person): void
  find(erasureId: number): Person
  remove(erasureId: number): void
}

interface SubjectRow {
  readonly kind: ErasureSubject['kind']
  readonly value: string
  readonly is_given: number
}

/** Where the email or phone of somebody who is being erased is. Ids are stored as they are, as everywhere. */
export function subjectPlace(erasureId: number, kind: 'email' | 'mobile'): SealedPlace {
  return ['erasure_subjects', 'value', erasureId, kind]
}

/** Prepares the statements. */
export function erasureSubjects(database: Database): ErasureSubjects {
  const sealer = sealerOf(database)
  const insert = database.prepare(
    'INSERT OR IGNORE INTO erasure_subjects (erasure_id, kind, value, is_given) VALUES (?, ?, ?, ?)',
  )
  const select = database.prepare<[number], SubjectRow>('SELECT kind, value, is_given FROM erasure_subjects WHERE erasure_id = ?')
  const remove = database.prepare('DELETE FROM erasure_subjects WHERE erasure_id = ?')

  function read(erasureId: number): readonly ErasureSubject[] {
    return select.all(erasureId).flatMap(({ kind, value, is_given: isGiven }) => {
      const opened = isReadable(kind) ? value : sealer.open(value, subjectPlace(erasureId, kind))
      return opened === undefined ? [] : { kind, value: opened, isGiven: isGiven === 1 }
    })
  }

  return {
    add(erasureId, person) {
      const known = read(erasureId)
      for (const { kind, value, isGiven } of toSubjects(person)) {
        if (known.some((one) => one.kind === kind && one.value === value)) continue
        const stored = isReadable(kind) ? value : sealer.seal(value, subjectPlace(erasureId, kind))
        insert.run(erasureId, kind, stored, isGiven ? 1 : 0)
      }
    },
    find: (erasureId) => toPerson(read(erasureId)),
    remove: (erasureId) => void remove.run(erasureId),
  }
}

/** Everything that a person is known by. */
export function toSubjects(person: Person): readonly ErasureSubject[] {
  const { given, customers, emails, mobiles, connections } = person
  const of = (kind: ErasureSubject['kind'], values: ReadonlySet<string>) =>
    [...values].map((value) => ({ kind, value, isGiven: kind === given.kind && value === given.value }))
  return [...of('customer', customers), ...of('email', emails), ...of('mobile', mobiles), ...of('connection', connections)]
}

function isReadable(kind: ErasureSubject['kind']): kind is 'customer' | 'connection' {
  return kind === 'customer' || kind === 'connection'
}

function toPerson(subjects: readonly ErasureSubject[]): Person {
  const given = subjects.find(({ isGiven }) => isGiven)
  if (given === undefined || given.kind === 'connection') throw new Error('An erasure without a person.')
  const of = (kind: ErasureSubject['kind']): ReadonlySet<string> =>
    new Set(subjects.filter((one) => one.kind === kind).map(({ value }) => value))
  return {
    ...newPerson({ kind: given.kind, value: given.value }),
    customers: of('customer'),
    emails: of('email'),
    mobiles: of('mobile'),
    connections: of('connection'),
  }
}
