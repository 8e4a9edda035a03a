import { afterAll, beforeAll } from 'vitest'
import { systemClock } from '../src/clock/clock.ts'
import { openPostgresStore } from '../src/store/postgres/postgres-store.ts'
import { runStoreSuite } from './run-store-suite.ts'
import type { PostgresDatabases } from './support/postgres-databases.ts'
import { postgresDatabases } from './support/postgres-databases.ts'

let databases: PostgresDatabases
beforeAll(async () => {
  databases = await postgresDatabases()
})
afterAll(() => databases.stop())

runStoreSuite({
  name: 'PostgreSQL, for a user with the needed grants alone',
  async open(settings = {}) {
    const url = await databases.create()
    const granted = databases.asGranted(url)
    let store = await openPostgresStore(granted, systemClock, { ...settings, time: 'caller', listenUrl: null })
    return {
      store,
      async reopen(_now, others = settings) {
        await store.close()
        store = await openPostgresStore(granted, systemClock, { ...others, time: 'caller', listenUrl: null })
        return store
      },
      async close() {
        await store.close()
        await databases.drop(url)
      },
    }
  },
})
