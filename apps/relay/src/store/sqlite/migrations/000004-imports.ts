/**
 * Imports: what was asked for, how far it is, and what was refused. A part is a connection, or a customer until their connections are
 * known; `subject` is the id at Subtotal, and of a customer forgotten when it is no longer needed. `cursor`: the last purchase that was
 * looked at. `fingerprint`: of what was asked for, until it has ended. `due_at`: when a part that failed is tried again. `import_id` of an event: the import that brought it.
 */
export const imports: string = `
CREATE TABLE imports (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  created_at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('customer', 'connections', 'known')),
  settings TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  connections INTEGER NOT NULL DEFAULT 0,
  connections_done INTEGER NOT NULL DEFAULT 0,
  connections_refused INTEGER NOT NULL DEFAULT 0,
  pages INTEGER NOT NULL DEFAULT 0,
  stored INTEGER NOT NULL DEFAULT 0,
  known INTEGER NOT NULL DEFAULT 0,
  refused INTEGER NOT NULL DEFAULT 0,
  held_code TEXT,
  held_message TEXT,
  is_cancelled INTEGER NOT NULL DEFAULT 0,
  finished_at INTEGER
) STRICT;
CREATE INDEX imports_unfinished ON imports (id) WHERE finished_at IS NULL;

CREATE TABLE import_parts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  import_id INTEGER NOT NULL REFERENCES imports (id),
  kind TEXT NOT NULL CHECK (kind IN ('customer', 'connection')),
  subject TEXT,
  cursor TEXT,
  failures INTEGER NOT NULL DEFAULT 0,
  failed_at INTEGER,
  due_at INTEGER NOT NULL DEFAULT 0,
  finished_at INTEGER,
  UNIQUE (import_id, kind, subject)
) STRICT;
CREATE INDEX import_parts_due ON import_parts (import_id, due_at, id) WHERE finished_at IS NULL;

CREATE TABLE import_refusals (
  import_id INTEGER NOT NULL REFERENCES imports (id),
  connection_id TEXT NOT NULL,
  purchase_id TEXT NOT NULL,
  code TEXT NOT NULL,
  message TEXT NOT NULL,
  PRIMARY KEY (import_id, connection_id, purchase_id)
) STRICT, WITHOUT ROWID;

ALTER TABLE events ADD COLUMN import_id INTEGER;
`
