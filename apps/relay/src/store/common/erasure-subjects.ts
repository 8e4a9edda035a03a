import type { SealedPlace, Sealer } from '../../encryption/sealer.ts'
import type { IdentityKind } from '../../erasure/identity.ts'
import type { Person } from '../../erasure/person.ts'
import { newPerson } from '../../erasure/person.ts'

/** What a person who is being erased is known by. */
export interface ErasureSubject {
  readonly kind: IdentityKind | 'connection'
  readonly value: string
  /** It is what was asked for. */
  readonly isGiven: boolean
}

/** A subject as it is stored. */
export interface SubjectRow {
  readonly kind: ErasureSubject['kind']
  readonly value: string
  readonly is_given: number
}

/** Where the email or phone of somebody who is being erased is. Ids are stored as they are, as everywhere. */
export function subjectPlace(erasureId: number, kind: 'email' | 'mobile'): SealedPlace {
  return ['erasure_subjects', 'value', erasureId, kind]
}

/** Everything that a person is known by. */
export function toSubjects(person: Person): readonly ErasureSubject[] {
  const { given, customers, emails, mobiles, connections } = person
  const of = (kind: ErasureSubject['kind'], values: ReadonlySet<string>) =>
    [...values].map((value) => ({ kind, value, isGiven: kind === given.kind && value === given.value }))
  return [...of('customer', customers), ...of('email', emails), ...of('mobile', mobiles), ...of('connection', connections)]
}

/** Whether an event that names another customer may say this of them too: a customer's id tells people apart, what was found beside it need not. */
export function isWeak({ kind, isGiven }: ErasureSubject): boolean {
  return !isGiven && kind !== 'customer'
}

/** What is known of a person and not stored yet, as it is stored. */
export function newSubjectRows(
  sealer: Sealer,
  erasureId: number,
  person: Person,
  stored: readonly SubjectRow[],
): readonly SubjectRow[] {
  const known = openSubjects(sealer, erasureId, stored)
  return toSubjects(person)
    .filter(({ kind, value }) => !known.some((one) => one.kind === kind && one.value === value))
    .map(({ kind, value, isGiven }) => ({
      kind,
      value: isReadable(kind) ? value : sealer.seal(value, subjectPlace(erasureId, kind)),
      is_given: isGiven ? 1 : 0,
    }))
}

/** Whom the subjects of an erasure are of. */
export function personOf(sealer: Sealer, erasureId: number, stored: readonly SubjectRow[]): Person {
  const subjects = openSubjects(sealer, erasureId, stored)
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

function openSubjects(sealer: Sealer, erasureId: number, stored: readonly SubjectRow[]): readonly ErasureSubject[] {
  return stored.flatMap(({ kind, value, is_given: isGiven }) => {
    const opened = isReadable(kind) ? value : sealer.open(value, subjectPlace(erasureId, kind))
    return opened === undefined ? [] : { kind, value: opened, isGiven: isGiven === 1 }
  })
}

function isReadable(kind: ErasureSubject['kind']): kind is 'customer' | 'connection' {
  return kind === 'customer' || kind === 'connection'
}
