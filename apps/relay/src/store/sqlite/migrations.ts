import type { Database } from 'better-sqlite3'
import { init } from './migrations/000001-init.ts'
import { lanes } from './migrations/000002-lanes.ts'
import { operations } from './migrations/000003-operations.ts'
import { imports } from './migrations/000004-imports.ts'
import { enrichments } from './migrations/000005-enrichments.ts'
import { erasures } from './migrations/000006-erasures.ts'
import { encryption } from './migrations/000007-encryption.ts'
import { ordering } from './migrations/000008-ordering.ts'
import { identities } from './migrations/000009-identities.ts'
import { activity } from './migrations/000010-activity.ts'
import { search } from './migrations/000011-search.ts'
import { facets } from './migrations/000012-facets.ts'

/** In order; never edited once released. A store's schema version is how many of them it has had. */
export const migrations: readonly string[] = [
  init,
  lanes,
  operations,
  imports,
  enrichments,
  erasures,
  encryption,
  ordering,
  identities,
  activity,
  search,
  facets,
]

/** Marks a SQLite file as a relay's store: "subt". */
export const applicationId = 0x73756274

/** The schema version of a store; 0 for an empty file. */
export function schemaVersion(database: Database): number {
  return Number(database.pragma('user_version', { simple: true }))
}

/** Brings the schema up to date, in one transaction. Writes nothing where it is. */
export function migrate(database: Database): void {
  if (schemaVersion(database) === migrations.length) return
  database.transaction(() => {
    const version = schemaVersion(database)
    for (const migration of migrations.slice(version)) database.exec(migration)
    database.pragma(`application_id = ${applicationId}`)
    database.pragma(`user_version = ${migrations.length}`)
  })()
}
