-- Events of a partition that may still be needed, and perhaps some that are not, at most $1.
SELECT e.id, e.app_id, e.shard, e.number, e.owed
FROM shards s
LEFT JOIN leases l ON l.id = s.id
JOIN {partition} e ON e.shard = s.id AND e.number > coalesce(l.settled, 0)
UNION
SELECT e.id, e.app_id, e.shard, e.number, e.owed
FROM backlogs b
JOIN webhooks w ON w.id = b.id AND w.state <> 'DISABLED'
JOIN {partition} e ON e.app_id = w.app_id AND e.number > b.number AND position(b.id IN e.owed::text) > 0
UNION
SELECT e.id, e.app_id, e.shard, e.number, e.owed
FROM replays r
JOIN {partition} e ON e.app_id = r.app_id AND e.number > r.number AND e.number <= r."end"
WHERE r.status = 'RUNNING'
UNION
SELECT e.id, e.app_id, e.shard, e.number, e.owed
FROM {partition} e
WHERE e.id IN (SELECT d.event_id FROM deliveries d WHERE d.status = 'PENDING' AND NOT d.test)
LIMIT $1
