/**
 * Keeps groups right whatever changes deliveries, as long as their destination is one of `ordered_destinations`: a delivery that becomes
 * pending gets its group; when one of a group is settled, given back, deleted or moved to another group, the first of those left waits no
 * longer. It is looked at again when it is claimed. Whoever parks or wakes at a destination holds its lock, so that none that is woken is
 * parked at the same time for good.
 */
export const ordering: string = `
CREATE FUNCTION relay.group_of(customer_id text, connection_id text) RETURNS text LANGUAGE sql IMMUTABLE
AS $$ SELECT CASE WHEN customer_id IS NULL THEN 'connection:' || connection_id ELSE 'customer:' || customer_id END $$;

CREATE FUNCTION relay.is_ordered(name text) RETURNS boolean LANGUAGE sql STABLE
AS $$ SELECT EXISTS (SELECT 1 FROM relay.ordered_destinations WHERE destination = name) $$;

CREATE FUNCTION relay.lock_order(name text) RETURNS void LANGUAGE sql VOLATILE
AS $$ SELECT pg_advisory_xact_lock(hashtextextended('relay.order:' || name, 0)) $$;

CREATE FUNCTION relay.group_delivery() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF relay.is_ordered(NEW.destination) THEN
    SELECT relay.group_of(e.customer_id, e.connection_id), e.order_key INTO NEW.ordering_group, NEW.ordering_key
      FROM relay.events e WHERE e.seq = NEW.event_seq;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER group_new BEFORE INSERT ON relay.deliveries
  FOR EACH ROW WHEN (NEW.status = 'pending') EXECUTE FUNCTION relay.group_delivery();
CREATE TRIGGER group_replayed BEFORE UPDATE OF status ON relay.deliveries
  FOR EACH ROW WHEN (NEW.status = 'pending' AND OLD.status <> 'pending') EXECUTE FUNCTION relay.group_delivery();

CREATE FUNCTION relay.regroup() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE relay.deliveries SET ordering_group = relay.group_of(NEW.customer_id, NEW.connection_id),
    due_at = coalesce(own_due_at, due_at), own_due_at = NULL
  WHERE event_seq = NEW.seq AND status = 'pending' AND relay.is_ordered(destination);
  RETURN NULL;
END $$;
CREATE TRIGGER regroup AFTER UPDATE OF customer_id ON relay.events
  FOR EACH ROW WHEN (NEW.customer_id IS DISTINCT FROM OLD.customer_id) EXECUTE FUNCTION relay.regroup();

CREATE FUNCTION relay.wake_next() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT relay.is_ordered(OLD.destination) THEN RETURN NULL; END IF;
  PERFORM relay.lock_order(OLD.destination);
  UPDATE relay.deliveries SET due_at = own_due_at, own_due_at = NULL
    WHERE due_at = 8639999999999999 AND id = (
      SELECT f.id FROM relay.deliveries f
      WHERE f.destination = OLD.destination AND f.ordering_group = OLD.ordering_group
      AND f.status NOT IN ('delivered', 'skipped', 'dead')
      ORDER BY f.ordering_key, f.event_seq LIMIT 1);
  RETURN NULL;
END $$;
CREATE TRIGGER wake_next AFTER UPDATE OF status, lease_token, ordering_group ON relay.deliveries
  FOR EACH ROW WHEN (OLD.ordering_group IS NOT NULL AND OLD.status = 'pending' AND (
    NEW.status <> 'pending' OR NEW.ordering_group IS DISTINCT FROM OLD.ordering_group
    OR (OLD.lease_token IS NOT NULL AND NEW.lease_token IS NULL)))
  EXECUTE FUNCTION relay.wake_next();
CREATE TRIGGER wake_after_deletion AFTER DELETE ON relay.deliveries
  FOR EACH ROW WHEN (OLD.ordering_group IS NOT NULL AND OLD.status = 'pending') EXECUTE FUNCTION relay.wake_next();
`
