import type { ErasureRecord } from '../../store/erasure-store.ts'
import { badge } from '../components/badge.ts'
import type { Html } from '../html.ts'

/** How far an erasure is, in a word. */
export function erasureState({ erasedAt, finishedAt }: Pick<ErasureRecord, 'erasedAt' | 'finishedAt'>): Html {
  if (finishedAt !== null) return badge('good', 'Finished')
  return erasedAt === null ? badge('waiting', 'Running') : badge('waiting', 'Cleaning the file')
}
