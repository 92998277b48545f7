-- Shards of which more is marked as delivered than the log has, so that the next
-- events would not be sent.
SELECT 'shard ' || l.id AS id
FROM leases l
LEFT JOIN shards s ON s.id = l.id
WHERE l.settled > coalesce(s.head, 0)
