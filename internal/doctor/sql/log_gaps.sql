-- Shards with a gap behind an event of after $1: those before may have been removed,
-- but for some that were still needed. The last event has the head's number.
SELECT DISTINCT 'shard ' || e.shard AS id
FROM (
    SELECT shard, number, occurred_at, lead(number) OVER (PARTITION BY shard ORDER BY number) AS following
    FROM events
) AS e
LEFT JOIN shards s ON s.id = e.shard
WHERE s.id IS NULL OR e.occurred_at >= $1 AND coalesce(e.following, s.head + 1) <> e.number + 1
