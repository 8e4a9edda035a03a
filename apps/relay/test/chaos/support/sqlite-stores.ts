import { join } from 'node:path'
import Database from 'better-sqlite3'
import type { ChaosStore, ChaosStores } from './chaos-store.ts'

/** The store `relay.db` in a folder, which one relay has to itself. */
export function sqliteStore(folder: string): ChaosStore {
  return {
    kind: 'sqlite',
    folder,
    env: { RELAY_STORE: 'sqlite:relay.db' },
    relays: 1,
    async each<Row>(sql: string, take: (row: Row) => void) {
      const database = new Database(join(folder, 'relay.db'), { readonly: true })
      try {
        for (const row of database.prepare<[], Row>(sql).iterate()) take(row)
      } finally {
        database.close()
      }
    },
  }
}

/** Each in a folder of its own. */
export const sqliteStores: ChaosStores = {
  kind: 'sqlite',
  async version() {
    const database = new Database(':memory:')
    const version = String(database.prepare('SELECT sqlite_version()').pluck().get())
    database.close()
    return `SQLite ${version}`
  },
  create: async (folder) => sqliteStore(folder),
  stop: async () => undefined,
}
