-- Of each state and shard, the number that the furthest webhook which is behind has got to.
SELECT w.state, b.shard, min(b.number)
FROM backlogs b
JOIN webhooks w ON w.id = b.id
GROUP BY w.state, b.shard
