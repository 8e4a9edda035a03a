import { migrations } from './migrations.ts'
import { neededGrants } from './needed-grants.ts'

/**
 * What a database whose schema has this version needs to be a store of this one, as one script for `psql`; 0: an empty database. All of it
 * is done or nothing.
 */
export function migrationScript(from: number): string {
  if (from === migrations.length) return `-- The schema has version ${from} already: there is nothing to run.\n`
  const script = from === 0 ? [...migrations, firstVersion] : [stillOf(from), ...migrations.slice(from), nextVersion]
  return ['BEGIN;\n', ...script, 'COMMIT;\n', grants].join('\n')
}

const firstVersion = `CREATE TABLE relay.schema_version (version integer NOT NULL);
INSERT INTO relay.schema_version (version) VALUES (${migrations.length});
`

const nextVersion = `UPDATE relay.schema_version SET version = ${migrations.length};\n`

/** A relay may have started since it was printed, or start now. */
function stillOf(version: number): string {
  return `SELECT pg_advisory_xact_lock(hashtextextended('relay.migrate', 0));
DO $$ BEGIN
  IF (SELECT version FROM relay.schema_version) <> ${version} THEN
    RAISE EXCEPTION 'The schema no longer has version ${version}: print this anew.';
  END IF;
END $$;
`
}

const grants = `-- Where the relays' user is another one than runs this, it needs:
${neededGrants('relay')
  .map((grant) => `--   ${grant}\n`)
  .join('')}`
