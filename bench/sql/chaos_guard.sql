-- Notes each row of deliveries that is written by a process which does not hold its shard's lease until it commits. A
-- process is known by the name of its connections, which the benchmark gives, and by the id that it announces under
-- that name. It holds the lease where the lease names it, and where this transaction has the lease's row locked: it has
-- written this version of it, or claims the next one.
CREATE TABLE chaos_processes (id text PRIMARY KEY, name text NOT NULL);
CREATE TABLE chaos_fenced (at timestamptz NOT NULL DEFAULT clock_timestamp(), delivery text, shard int, writer text, owner text, held boolean);

CREATE FUNCTION chaos_announced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO chaos_processes VALUES (NEW.id, current_setting('application_name')) ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER chaos_announced AFTER INSERT ON processes FOR EACH ROW EXECUTE FUNCTION chaos_announced();

CREATE FUNCTION chaos_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  writer text := current_setting('application_name');
  holder record;
BEGIN
  SELECT p.name, pg_current_xact_id()::xid IN (l.xmin, l.xmax) AS held INTO holder
    FROM leases l LEFT JOIN chaos_processes p ON p.id = l.owner WHERE l.id = NEW.shard;
  IF holder.name IS DISTINCT FROM writer OR holder.held IS NOT TRUE THEN
    INSERT INTO chaos_fenced (delivery, shard, writer, owner, held) VALUES (NEW.id, NEW.shard, writer, holder.name, holder.held);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER chaos_guard AFTER INSERT OR UPDATE ON deliveries FOR EACH ROW EXECUTE FUNCTION chaos_guard();
