import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { systemClock } from '../../src/clock/clock.ts'
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts'
import type { PostgresStoreSettings } from '../../src/store/postgres/store-context.ts'
import type { Store } from '../../src/store/store.ts'
import type { PostgresDatabases } from './postgres-databases.ts'
import { postgresDatabases } from './postgres-databases.ts'

/** Stores of two relays on one database, new and empty for each test. Their clock is the caller's. */
export interface SharedStores {
  readonly url: string
  readonly one: Store
  readonly other: Store
  /** One more, for the test to close. `database`: whose clock is the database's. */
  open(time: NonNullable<PostgresStoreSettings['time']>): Promise<Store>
}

/** Opens two stores before each test of the file, and closes them afterwards. */
export function sharedStores(settings: PostgresStoreSettings = {}): SharedStores {
  let databases: PostgresDatabases | undefined
  let url = ''
  let opened: readonly Store[] = []

  const open: SharedStores['open'] = (time) => openPostgresStore(url, systemClock, { ...settings, time, listenUrl: null })

  beforeAll(async () => {
    databases = await postgresDatabases()
  })
  afterAll(() => databases?.stop())
  beforeEach(async () => {
    url = (await databases?.create()) ?? ''
    opened = [await open('caller'), await open('caller')]
  })
  afterEach(async () => {
    await Promise.all(opened.map((store) => store.close()))
    await databases?.drop(url)
  })

  function storeAt(index: number): Store {
    const store = opened[index]
    if (store === undefined) throw new Error('No store is open.')
    return store
  }

  return {
    get url() {
      return url
    },
    get one() {
      return storeAt(0)
    },
    get other() {
      return storeAt(1)
    },
    open,
  }
}
