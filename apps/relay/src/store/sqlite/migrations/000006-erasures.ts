/**
 * Erasures: who asked and what was erased, without the person; and, only while it runs, whose data is looked for. `through`: the newest
 * event when it was asked for. `erased_at`: nothing of the person is stored any more, but the file still has to be cleaned. `erased_keys`
 * and `erasure_blocks` hold keyed hashes; `is_weak`: says nothing of an event that names another customer;
 * `is_temporary`: until the erasure has erased everything.
 * `payload_deleted_at` of an event: what retention left is its ledger entry.
 */
export const erasures: string = `
CREATE TABLE erasures (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  created_at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('customer', 'email', 'mobile')),
  identity_hash BLOB NOT NULL,
  is_blocking INTEGER NOT NULL,
  through INTEGER NOT NULL,
  customers INTEGER NOT NULL,
  connections INTEGER NOT NULL,
  events INTEGER NOT NULL DEFAULT 0,
  versions INTEGER NOT NULL DEFAULT 0,
  deliveries INTEGER NOT NULL DEFAULT 0,
  quarantined INTEGER NOT NULL DEFAULT 0,
  copies TEXT NOT NULL DEFAULT '{"deleted":[],"left":[]}',
  erased_at INTEGER,
  finished_at INTEGER
) STRICT;
CREATE INDEX erasures_unfinished ON erasures (id) WHERE finished_at IS NULL;

CREATE TABLE erasure_subjects (
  erasure_id INTEGER NOT NULL REFERENCES erasures (id),
  kind TEXT NOT NULL CHECK (kind IN ('customer', 'email', 'mobile', 'connection')),
  value TEXT NOT NULL,
  is_given INTEGER NOT NULL,
  PRIMARY KEY (erasure_id, kind, value)
) STRICT, WITHOUT ROWID;

CREATE TABLE erased_keys (
  hash BLOB PRIMARY KEY
) STRICT, WITHOUT ROWID;

CREATE TABLE erasure_blocks (
  hash BLOB NOT NULL,
  erasure_id INTEGER NOT NULL REFERENCES erasures (id),
  is_weak INTEGER NOT NULL,
  is_temporary INTEGER NOT NULL,
  PRIMARY KEY (hash, erasure_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE store_keys (
  name TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO store_keys (name, value) VALUES ('erasures', randomblob(32));

ALTER TABLE events ADD COLUMN payload_deleted_at INTEGER;
`
