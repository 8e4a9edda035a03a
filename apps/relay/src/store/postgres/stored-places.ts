import type { SealedPlace, Sealer } from '../../encryption/sealer.ts'
import { toStoredText } from './sql-session.ts'

/** A sealer that knows places by the ids in them as they are stored, which is how they are read again. */
export function withStoredPlaces(sealer: Sealer): Sealer {
  return {
    ...sealer,
    seal: (value, place) => sealer.seal(value, toStored(place)),
    sealBytes: (value, place) => sealer.sealBytes(value, toStored(place)),
    open: (stored, place) => sealer.open(stored, toStored(place)),
    openBytes: (stored, place) => sealer.openBytes(stored, toStored(place)),
  }
}

function toStored(place: SealedPlace): SealedPlace {
  const [table, column, ...rest] = place
  return [table, column, ...rest.map((part) => (typeof part === 'string' ? toStoredText(part) : part))]
}
