/**
 * Identifiers that arrive late. `is_identified` of a dead letter `ERR_NO_IDENTIFIER`: 1, its event has been given an identifier that it
 * lacked; 0, nothing more was known of its customer when it was looked at; null, it was not. `identity_arrivals`: connections of which
 * something new is known of the customer; `position`: the last event that was looked at for it. `since` of a replay's part: as that of the
 * replay, but for its destination alone; null of those that began before it.
 */
export const identities: string = `
ALTER TABLE deliveries ADD COLUMN is_identified INTEGER;
CREATE INDEX deliveries_unidentified ON deliveries (is_identified, destination)
  WHERE status = 'dead' AND error_code = 'ERR_NO_IDENTIFIER';

ALTER TABLE replay_parts ADD COLUMN since INTEGER;

CREATE TABLE identity_arrivals (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  connection_id TEXT NOT NULL UNIQUE,
  position INTEGER NOT NULL DEFAULT 0
) STRICT;
`
