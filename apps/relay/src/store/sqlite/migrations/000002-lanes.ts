/** Lanes that an operator paused, kept so that a restart does not resume them. */
export const lanes: string = `
CREATE TABLE lane_pauses (
  destination TEXT PRIMARY KEY,
  paused_at INTEGER NOT NULL,
  reason TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`
