/**
 * A state replaces the one before as a row of its own, and is found at the newest end: what was replaced is not walked, however long
 * PostgreSQL cannot clean it up.
 */
export const laneStates: string = `
ALTER TABLE relay.lane_states DROP CONSTRAINT lane_states_pkey;
ALTER TABLE relay.lane_states ADD PRIMARY KEY (destination, version);
ALTER TABLE relay.lane_states SET (fillfactor = 100, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
`
