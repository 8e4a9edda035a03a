/**
 * Events that wait to be completed from Subtotal, and what Subtotal said of connections last. `is_leased`: `due_at` is when the lease ends.
 * `is_incomplete` of an event: what it lacks could not be had; a replay tries again.
 */
export const enrichments: string = `
CREATE TABLE enrichments (
  event_seq INTEGER PRIMARY KEY REFERENCES events (seq),
  since INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  is_leased INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0,
  error_code TEXT,
  error_message TEXT
) STRICT;
CREATE INDEX enrichments_due ON enrichments (due_at, event_seq);
CREATE INDEX enrichments_expiring ON enrichments (expires_at, event_seq);
CREATE INDEX enrichments_since ON enrichments (since);
CREATE INDEX enrichments_leased ON enrichments (event_seq) WHERE is_leased = 1;

CREATE TABLE connection_contacts (
  connection_id TEXT PRIMARY KEY,
  asked_at INTEGER NOT NULL,
  customer_id TEXT,
  email TEXT,
  mobile TEXT,
  retailer TEXT,
  is_simulated INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

ALTER TABLE events ADD COLUMN is_incomplete INTEGER NOT NULL DEFAULT 0;
INSERT INTO counters (name, value) VALUES ('enrichments', 0);
`
