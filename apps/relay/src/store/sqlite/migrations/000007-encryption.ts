/**
 * Keys that values of the store may be sealed with, by their ids; and rotations, which rewrite every value as it would be stored now.
 * `key_id`: with which; null for none. `step` and `position`: what was rewritten last. `rewritten_at`: every value is, but the file still
 * has to be cleaned.
 */
export const encryption: string = `
CREATE TABLE encryption_keys (
  id TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

CREATE TABLE encryption_rotations (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  created_at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  key_id TEXT,
  step INTEGER NOT NULL DEFAULT 0,
  position TEXT,
  total INTEGER NOT NULL,
  checked INTEGER NOT NULL DEFAULT 0,
  rewritten INTEGER NOT NULL DEFAULT 0,
  unreadable INTEGER NOT NULL DEFAULT 0,
  copies TEXT NOT NULL DEFAULT '{"deleted":[],"left":[]}',
  rewritten_at INTEGER,
  finished_at INTEGER
) STRICT;
CREATE INDEX encryption_rotations_unfinished ON encryption_rotations (id) WHERE finished_at IS NULL;
`
