import { init } from './migrations/000001-init.ts'
import { counting } from './migrations/000002-counting.ts'
import { ordering } from './migrations/000003-ordering.ts'

/** In order; never edited once released. A store's schema version is how many of them it has had. */
export const migrations: readonly string[] = [init, counting, ordering]

/** Everything that an empty database needs to be a store of this version, as one script for `psql`. */
export function migrationScript(): string {
  const version = `CREATE TABLE relay.schema_version (version integer NOT NULL);\nINSERT INTO relay.schema_version (version) VALUES (${migrations.length});\n`
  return ['BEGIN;\n', ...migrations, version, 'COMMIT;\n'].join('\n')
}
