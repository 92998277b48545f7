-- Servers that live at $1, in Unix milliseconds of the database's clock; shards;
-- events in the log; events that are not yet on their way to their webhooks.
SELECT
    (SELECT count(*) FROM processes WHERE until >= $1),
    (SELECT count(*) FROM shards),
    (SELECT CAST(coalesce(sum(head), 0) AS bigint) FROM shards),
    (SELECT CAST(coalesce(sum(s.head - l.settled), 0) AS bigint)
     FROM shards s JOIN leases l ON l.id = s.id WHERE s.head > l.settled)
