/**
 * Search. `person_index`: keyed hashes of the email addresses and phone numbers by which a connection was known, and the
 * customer's id then, empty without one. `people_indexed`: what was remembered before this schema is in it.
 */
export const search: string = `
CREATE INDEX deliveries_dead_by_event ON deliveries (event_seq, destination, error_code) WHERE status = 'dead';
CREATE INDEX deliveries_skipped_by_event ON deliveries (event_seq, destination) WHERE status = 'skipped';

CREATE TABLE person_index (
  person_id TEXT NOT NULL,
  connection_id TEXT NOT NULL,
  customer_id TEXT NOT NULL,
  PRIMARY KEY (person_id, connection_id, customer_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX person_index_by_connection ON person_index (connection_id);

INSERT INTO counters (name, value) VALUES ('people_indexed', 0);
`
