/** The first schema. Times are milliseconds since 1970, except `occurred_at`, which is ISO 8601. */
export const init: string = `
CREATE TABLE events (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  event_id TEXT NOT NULL UNIQUE,
  idempotency_key TEXT NOT NULL UNIQUE,
  type TEXT NOT NULL,
  occurred_at TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  order_key TEXT NOT NULL,
  customer_id TEXT,
  connection_id TEXT NOT NULL,
  retailer TEXT,
  content_hash TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX events_by_customer ON events (customer_id, seq) WHERE customer_id IS NOT NULL;
CREATE INDEX events_by_connection ON events (connection_id, seq);

CREATE TABLE event_versions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  event_seq INTEGER NOT NULL REFERENCES events (seq),
  event_id TEXT NOT NULL,
  content_hash TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  body TEXT NOT NULL,
  UNIQUE (event_seq, content_hash)
) STRICT;

CREATE TABLE deliveries (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  event_seq INTEGER NOT NULL REFERENCES events (seq),
  destination TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('pending', 'delivered', 'skipped', 'dead')),
  due_at INTEGER NOT NULL,
  pending_since INTEGER NOT NULL,
  lease_token TEXT,
  attempts INTEGER NOT NULL DEFAULT 0,
  unknown_outcomes INTEGER NOT NULL DEFAULT 0,
  unreadable_answers INTEGER NOT NULL DEFAULT 0,
  settled_at INTEGER,
  skip_reason TEXT,
  error_code TEXT,
  error_message TEXT,
  UNIQUE (event_seq, destination)
) STRICT;
CREATE INDEX deliveries_pending ON deliveries (destination, due_at, id) WHERE status = 'pending';
CREATE INDEX deliveries_dead ON deliveries (id) WHERE status = 'dead';

CREATE TABLE attempts (
  delivery_id INTEGER NOT NULL REFERENCES deliveries (id),
  number INTEGER NOT NULL,
  at INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  code TEXT NOT NULL,
  message TEXT NOT NULL,
  status INTEGER,
  PRIMARY KEY (delivery_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE connection_history (
  connection_id TEXT NOT NULL,
  order_key TEXT NOT NULL,
  said_customer_id TEXT,
  said_email TEXT,
  said_mobile TEXT,
  said_retailer TEXT,
  said_status TEXT,
  customer_id TEXT,
  email TEXT,
  mobile TEXT,
  retailer TEXT,
  status TEXT,
  PRIMARY KEY (connection_id, order_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE quarantine (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  body_hash TEXT NOT NULL UNIQUE,
  reason TEXT NOT NULL,
  fields TEXT NOT NULL,
  signed_at INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  count INTEGER NOT NULL DEFAULT 1,
  body BLOB NOT NULL
) STRICT;
CREATE INDEX quarantine_by_reason ON quarantine (reason);

CREATE TABLE delivery_counts (
  destination TEXT NOT NULL,
  status TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (destination, status)
) STRICT, WITHOUT ROWID;

CREATE TABLE counters (
  name TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO counters (name, value) VALUES ('events', 0), ('versions', 0), ('quarantined', 0), ('write_checks', 0);

CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL
) STRICT;
`
