import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqliteStore } from '../src/store/sqlite/sqlite-store.ts'
import { runStoreSuite } from './run-store-suite.ts'
import { receivedAt } from './support/incoming.ts'

runStoreSuite({
  name: 'SQLite',
  async open(enrichment) {
    const folder = mkdtempSync(join(tmpdir(), 'relay-store-'))
    const path = join(folder, 'data', 'relay.db')
    const options = enrichment === undefined ? {} : { enrichment }
    let store = await openSqliteStore(path, receivedAt, options)
    return {
      store,
      async reopen(now) {
        await store.close()
        store = await openSqliteStore(path, now, options)
        return store
      },
      async close() {
        await store.close()
        rmSync(folder, { recursive: true })
      },
    }
  },
})
