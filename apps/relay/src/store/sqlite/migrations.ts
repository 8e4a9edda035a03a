import type { Database } from 'better-sqlite3'
import { init } from './migrations/000001-init.ts'

/** In order; never edited once released. A store's schema version is how many of them it has had. */
export const migrations: readonly string[] = [init]

/** Marks a SQLite file as a relay's store: "subt". */
export const applicationId = 0x73756274

/** Brings the schema up to date, in one transaction. */
export function migrate(database: Database): void {
  database.transaction(() => {
    const version = Number(database.pragma('user_version', { simple: true }))
    for (const migration of migrations.slice(version)) database.exec(migration)
    database.pragma(`application_id = ${applicationId}`)
    database.pragma(`user_version = ${migrations.length}`)
  })()
}
