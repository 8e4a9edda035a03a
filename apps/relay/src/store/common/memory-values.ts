import type { SealedPlace, Sealer } from '../../encryption/sealer.ts'

/** The columns of `connection_history` that hold how a person is reached. */
export const historyColumns = ['said_email', 'said_mobile', 'email', 'mobile'] as const

/** Those of `connection_contacts`. */
export const contactColumnNames = ['email', 'mobile'] as const

/** The emails and phone numbers in what is remembered of connections, as they are stored. */
export interface MemoryValues {
  seal(value: string | null, place: SealedPlace): string | null
  /** What is damaged is not known: `null`. */
  open(stored: string | null, place: SealedPlace): string | null
}

/** Where a value of `connection_history` is. */
export function historyPlace(column: (typeof historyColumns)[number], connectionId: string, orderKey: string): SealedPlace {
  return ['connection_history', column, connectionId, orderKey]
}

/** Where a value of `connection_contacts` is. */
export function contactPlace(column: (typeof contactColumnNames)[number], connectionId: string): SealedPlace {
  return ['connection_contacts', column, connectionId]
}

/** Values by what seals and opens them. */
export function memoryValues(sealer: Sealer): MemoryValues {
  return {
    seal: (value, place) => (value === null ? null : sealer.seal(value, place)),
    open: (stored, place) => (stored === null ? null : (sealer.open(stored, place) ?? null)),
  }
}
