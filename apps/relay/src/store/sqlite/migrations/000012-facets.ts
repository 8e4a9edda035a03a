/**
 * Search by type and retailer: events of one of each stand together, the newest last, so that what is rare is found at once in a store of
 * any size. Nothing goes through all events any more.
 */
export const facets: string = `
CREATE INDEX events_by_facets ON events (type, retailer, seq, received_at);
DROP INDEX IF EXISTS events_searched;
`
