import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqliteStore } from '../src/store/sqlite/sqlite-store.ts'
import { runStoreSuite } from './run-store-suite.ts'
import type { StoreSettings } from './store-suite/suite-harness.ts'
import { testKeys } from './support/encryption-keys.ts'
import { receivedAt } from './support/incoming.ts'

/** Every case, with everything sealed, unless it is about keys itself. */
function sealed(settings: StoreSettings = {}): StoreSettings {
  return { encryption: testKeys('one'), ...settings }
}

runStoreSuite({
  name: 'SQLite with sealed rows',
  leasesEndWithProcess: true,
  async open(settings) {
    const folder = mkdtempSync(join(tmpdir(), 'relay-store-'))
    const path = join(folder, 'data', 'relay.db')
    let store = await openSqliteStore(path, receivedAt, sealed(settings))
    return {
      store,
      async reopen(now, others = settings) {
        await store.close()
        store = await openSqliteStore(path, now, sealed(others))
        return store
      },
      async close() {
        await store.close()
        rmSync(folder, { recursive: true })
      },
    }
  },
})
