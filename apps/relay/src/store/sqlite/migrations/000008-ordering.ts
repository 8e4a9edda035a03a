/**
 * The order of a customer's events, and profiles that a newer one has overtaken. `ordering_group`: the customer, or the connection of an
 * event that names none; null where the destination keeps no order. `ordering_key`: the event's `order_key`. `own_due_at`: when a delivery
 * that waits for an earlier one of its group was due. `is_grouped`: every pending delivery of the destination has its group.
 * `profile_connection`: of a profile that was claimed once. `was_sent`: it may have arrived before it became pending again.
 */
export const ordering: string = `
ALTER TABLE deliveries ADD COLUMN ordering_group TEXT;
ALTER TABLE deliveries ADD COLUMN ordering_key TEXT;
ALTER TABLE deliveries ADD COLUMN own_due_at INTEGER;
ALTER TABLE deliveries ADD COLUMN profile_connection TEXT;
ALTER TABLE deliveries ADD COLUMN was_sent INTEGER NOT NULL DEFAULT 0;
UPDATE deliveries SET
  profile_connection = (SELECT e.connection_id FROM events e WHERE e.seq = deliveries.event_seq),
  ordering_key = (SELECT e.order_key FROM events e WHERE e.seq = deliveries.event_seq)
WHERE event_seq IN (SELECT seq FROM events WHERE type IN ('profile.created', 'profile.updated'))
  AND (status IN ('delivered', 'skipped') OR lease_token IS NOT NULL OR unknown_outcomes > 0);
CREATE INDEX deliveries_ordered ON deliveries (destination, ordering_group, ordering_key, event_seq)
  WHERE status = 'pending' AND ordering_group IS NOT NULL;
CREATE INDEX deliveries_ordered_leased ON deliveries (destination, ordering_group)
  WHERE lease_token IS NOT NULL AND ordering_group IS NOT NULL;
CREATE INDEX deliveries_sent_profiles ON deliveries (destination, profile_connection, ordering_key)
  WHERE profile_connection IS NOT NULL
  AND (status IN ('delivered', 'skipped') OR lease_token IS NOT NULL OR unknown_outcomes > 0 OR was_sent = 1);

CREATE TABLE ordered_destinations (
  destination TEXT PRIMARY KEY,
  is_grouped INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`
