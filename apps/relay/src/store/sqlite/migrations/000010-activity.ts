/**
 * What happened, counted in steps of a minute and of an hour. `at`: when the step began. `destination`: '' of receiving. `latency`: the
 * class of it, of what was delivered; else 0.
 */
export const activity: string = `
CREATE TABLE activity (
  step_ms INTEGER NOT NULL,
  at INTEGER NOT NULL,
  destination TEXT NOT NULL,
  kind TEXT NOT NULL,
  latency INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (step_ms, at, destination, kind, latency)
) STRICT, WITHOUT ROWID;
`
