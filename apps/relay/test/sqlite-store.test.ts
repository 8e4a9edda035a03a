import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqliteStore } from '../src/store/sqlite/sqlite-store.ts'
import { runStoreSuite } from './run-store-suite.ts'
import { receivedAt } from './support/incoming.ts'

runStoreSuite({
  name: 'SQLite',
  leasesEndWithProcess: true,
  async open(settings = {}) {
    const folder = mkdtempSync(join(tmpdir(), 'relay-store-'))
    const path = join(folder, 'data', 'relay.db')
    let store = await openSqliteStore(path, receivedAt, settings)
    return {
      store,
      async reopen(now, others = settings) {
        await store.close()
        store = await openSqliteStore(path, now, others)
        return store
      },
      async close() {
        await store.close()
        rmSync(folder, { recursive: true })
      },
    }
  },
})
