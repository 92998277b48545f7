-- Shards that no server can deliver.
SELECT 'shard ' || s.id AS id
FROM shards s
WHERE NOT EXISTS (SELECT 1 FROM leases l WHERE l.id = s.id)
