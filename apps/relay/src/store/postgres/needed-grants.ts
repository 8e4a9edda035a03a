/** What a relay needs on each table: its role need not own them. */
export const tableGrant = 'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA relay'

/** What lets a role run relays on a schema that another role has made: all that they do but bringing it up to date. */
export function neededGrants(role: string): readonly string[] {
  return [`GRANT USAGE ON SCHEMA relay TO ${role};`, `${tableGrant} TO ${role};`]
}
