/**
 * Replays: what was asked for, how far each destination's part has got, and which replay made a delivery due last. `since`: deliveries
 * that this replay or a later one moved are not moved again. `position`: the last delivery or event that was looked at.
 */
export const operations: string = `
CREATE TABLE replays (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  created_at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  selection TEXT NOT NULL,
  through INTEGER NOT NULL,
  since INTEGER NOT NULL,
  finished_at INTEGER
) STRICT;
CREATE INDEX replays_unfinished ON replays (id) WHERE finished_at IS NULL;

CREATE TABLE replay_parts (
  replay_id INTEGER NOT NULL REFERENCES replays (id),
  destination TEXT NOT NULL,
  planned INTEGER NOT NULL,
  moved INTEGER NOT NULL DEFAULT 0,
  position INTEGER NOT NULL DEFAULT 0,
  finished_at INTEGER,
  PRIMARY KEY (replay_id, destination)
) STRICT, WITHOUT ROWID;
CREATE INDEX replay_parts_unfinished ON replay_parts (destination, replay_id) WHERE finished_at IS NULL;

ALTER TABLE deliveries ADD COLUMN replay_id INTEGER;
ALTER TABLE deliveries ADD COLUMN earlier_attempts INTEGER NOT NULL DEFAULT 0;
CREATE INDEX deliveries_dead_by_code ON deliveries (destination, error_code, id) WHERE status = 'dead';
`
