-- Shards whose numbers have a gap or do not end at the head. The oldest events
-- of a shard may have been removed, the newest never is.
SELECT 'shard ' || s.id AS id
FROM shards s
LEFT JOIN (
    SELECT shard, count(*) AS events, min(number) AS oldest, max(number) AS newest
    FROM events
    GROUP BY shard
) AS e ON e.shard = s.id
WHERE coalesce(e.newest, 0) <> s.head OR e.events <> e.newest - e.oldest + 1
UNION ALL
SELECT DISTINCT 'shard ' || e.shard
FROM events e
WHERE NOT EXISTS (SELECT 1 FROM shards s WHERE s.id = e.shard)
