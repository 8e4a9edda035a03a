import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { applicationId, migrations } from '../src/store/sqlite/migrations.ts'
import { startRelay } from './support/start-relay.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

function makeOlder(): string {
  const path = join(temporaryFolder(), 'relay.db')
  const database = new Database(path)
  for (const migration of migrations.slice(0, 6)) database.exec(migration)
  database.exec("UPDATE counters SET value = 7 WHERE name = 'events'")
  database.pragma(`application_id = ${applicationId}`)
  database.pragma('user_version = 6')
  database.close()
  return path
}

test.each([true, false])(
  'a relay says when it begins to bring an older store up to date, and when it has (thread: %s)',
  async (hasStoreThread) => {
    const store = `sqlite:${makeOlder()}`
    const relay = await startRelay({ store }, { hasStoreThread })
    const change = { from: 6, to: migrations.length, events: 7 }
    expect(relay.log.slice(0, 3)).toEqual([
      expect.objectContaining({ msg: 'store_migrating', ...change }),
      expect.objectContaining({ msg: 'store_migrated', ...change }),
      expect.objectContaining({ msg: 'listening' }),
    ])
    await relay.stop()
    const again = await startRelay({ store }, { hasStoreThread })
    expect(again.log[0]).toMatchObject({ msg: 'listening' })
  },
)
