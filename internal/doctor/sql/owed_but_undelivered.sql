-- Of the newest 1,000 events below each shard's watermark: those of which a
-- webhook that is still there has no delivery. The list of webhooks is JSON on
-- one database and text on the other; an id is in it where its removal changes it.
SELECT DISTINCT e.id
FROM leases l
JOIN events e ON e.shard = l.id AND e.number <= l.settled AND e.number > l.settled - 1000
JOIN webhooks w ON w.app_id = e.app_id AND replace(CAST(e.owed AS text), w.id, '') <> CAST(e.owed AS text)
WHERE NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.event_id = e.id AND d.webhook_id = w.id)
