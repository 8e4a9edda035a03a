import { toErasureRecord } from '../common/erasure-rows.ts'
import type { ErasureStep, ErasureStore } from '../erasure-store.ts'
import type { CleaningMark } from './clean-tables.ts'
import { cleanTables, markCleaning, readerMs } from './clean-tables.ts'
import type { ErasurePass } from './erase-person.ts'
import { erasePerson } from './erase-person.ts'
import {
  addErasure,
  erasedErasures,
  findErasure,
  finishErasures,
  listErasures,
  openErasure,
  sameErasures,
  unblockErasure,
} from './erasure-records.ts'
import { findPerson } from './find-person.ts'
import { jobPosition } from './job-positions.ts'
import type { StoreContext } from './store-context.ts'
import { surveyPerson } from './survey-person.ts'

/** Erasures of which nothing but dead rows may be left. */
interface Cleaning {
  readonly ids: readonly number[]
  readonly mark: CleaningMark
}

/** Every table that held something of a person. */
const tables = [
  'events',
  'event_versions',
  'deliveries',
  'attempts',
  'enrichments',
  'quarantine',
  'connections',
  'connection_history',
  'connection_contacts',
  'identity_arrivals',
  'person_index',
  'replays',
  'imports',
  'import_parts',
  'import_refusals',
  'audit',
  'erasure_subjects',
  'erasure_blocks',
  'job_positions',
]
/** After so long it is looked whether another relay still takes a step. */
const busyMs = 100
/** So long a relay that lacks a key, and would not find everything, leaves them to others. */
const othersMs = 1_000

/** Erasures, on one PostgreSQL database. Any relay takes the next step, one at a time. */
export function postgresErasures(context: StoreContext): ErasureStore {
  const { database, lackedKeys } = context
  const position = jobPosition<ErasurePass>('erasure')
  let cleaning: Cleaning | undefined

  /** `null`: every person is erased. */
  async function eraseSome(now: number): Promise<ErasureStep | null> {
    const step = await database.exclusive('erase', async (session) => {
      const open = await openErasure(context, session)
      if (open === undefined) return null
      const { pass, waitMs } = await erasePerson(context, session, open, await position.read(session), now)
      await position.write(session, pass)
      return { finished: [], waitMs }
    })
    return step === undefined ? { finished: [], waitMs: busyMs } : step
  }

  /** One pass over the tables serves every erasure that was done before it began. Two relays may make one at once. */
  async function clean(now: number): Promise<ErasureStep | undefined> {
    if (cleaning === undefined) {
      const ids = await erasedErasures(database)
      if (ids.length === 0) return undefined
      cleaning = { ids, mark: await markCleaning(database) }
    }
    const { ids, mark } = cleaning
    if (!(await cleanTables(database, tables, mark))) return { finished: [], waitMs: readerMs }
    const finished = await finishErasures(database, ids, now)
    cleaning = undefined
    return { finished, waitMs: 0 }
  }

  return {
    findPerson: (request) => findPerson(context, database, request),
    surveyPerson: (request) => surveyPerson(context, database, request),
    storeCopies: async () => ({ deleted: [], left: [] }),
    earlierErasures: async (identity) => (await sameErasures(context, database, identity)).map(toErasureRecord),
    addErasure: (erasure) => database.transaction((session) => addErasure(context, session, erasure)),
    advanceErasures: async ({ now }) => {
      if (lackedKeys.isAny()) return { finished: [], waitMs: othersMs }
      const step = await eraseSome(now)
      return step === null ? clean(now) : step
    },
    unblockErasure: (request) => database.transaction((session) => unblockErasure(session, request)),
    listErasures: (page) => listErasures(database, page),
    findErasure: (id) => findErasure(database, id),
  }
}
