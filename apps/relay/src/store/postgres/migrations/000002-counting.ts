/** Counts are kept by triggers, a statement at a time, whatever changes the rows: reading them costs the same for any history. */
export const counting: string = `
CREATE FUNCTION relay.count_deliveries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO relay.delivery_counts AS c (destination, status, slot, count)
      SELECT destination, status, relay.slot(), count(*) FROM new_rows GROUP BY destination, status ORDER BY destination, status
      ON CONFLICT (destination, status, slot) DO UPDATE SET count = c.count + excluded.count;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO relay.delivery_counts AS c (destination, status, slot, count)
      SELECT destination, status, relay.slot(), -count(*) FROM old_rows GROUP BY destination, status ORDER BY destination, status
      ON CONFLICT (destination, status, slot) DO UPDATE SET count = c.count + excluded.count;
  ELSE
    INSERT INTO relay.delivery_counts AS c (destination, status, slot, count)
      SELECT destination, status, relay.slot(), sum(change)
      FROM (SELECT destination, status, 1 AS change FROM new_rows UNION ALL SELECT destination, status, -1 FROM old_rows) AS changes
      GROUP BY destination, status HAVING sum(change) <> 0 ORDER BY destination, status
      ON CONFLICT (destination, status, slot) DO UPDATE SET count = c.count + excluded.count;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER count_new AFTER INSERT ON relay.deliveries
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION relay.count_deliveries();
CREATE TRIGGER count_changed AFTER UPDATE ON relay.deliveries
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION relay.count_deliveries();
CREATE TRIGGER count_removed AFTER DELETE ON relay.deliveries
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION relay.count_deliveries();

CREATE FUNCTION relay.count_rows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE change bigint;
BEGIN
  IF TG_OP = 'INSERT' THEN SELECT count(*) INTO change FROM new_rows;
  ELSE SELECT -count(*) INTO change FROM old_rows;
  END IF;
  IF change <> 0 THEN
    INSERT INTO relay.counters AS c (name, slot, value) VALUES (TG_ARGV[0], relay.slot(), change)
      ON CONFLICT (name, slot) DO UPDATE SET value = c.value + excluded.value;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER count_new AFTER INSERT ON relay.events
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION relay.count_rows('events');
CREATE TRIGGER count_removed AFTER DELETE ON relay.events
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION relay.count_rows('events');
CREATE TRIGGER count_new AFTER INSERT ON relay.event_versions
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION relay.count_rows('versions');
CREATE TRIGGER count_removed AFTER DELETE ON relay.event_versions
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION relay.count_rows('versions');
CREATE TRIGGER count_new AFTER INSERT ON relay.quarantine
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION relay.count_rows('quarantined');
CREATE TRIGGER count_removed AFTER DELETE ON relay.quarantine
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION relay.count_rows('quarantined');
CREATE TRIGGER count_new AFTER INSERT ON relay.enrichments
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION relay.count_rows('enrichments');
CREATE TRIGGER count_removed AFTER DELETE ON relay.enrichments
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION relay.count_rows('enrichments');
`
