-- Of the newest 1,000 events below each shard's watermark: those of which a
-- webhook that is still there lacks a message that it is owed. The list of these
-- is JSON on one database and text on the other: a webhook's id is in it as often
-- as its removal makes it shorter, by "id" or "id/part". Each must have its row.
SELECT DISTINCT e.id
FROM leases l
JOIN events e ON e.shard = l.id AND e.number <= l.settled AND e.number > l.settled - 1000
JOIN webhooks w ON w.app_id = e.app_id AND replace(CAST(e.owed AS text), w.id, '') <> CAST(e.owed AS text)
WHERE length(CAST(e.owed AS text)) - length(replace(CAST(e.owed AS text), w.id, '')) > length(w.id) * (
    SELECT count(*) FROM deliveries d
    WHERE d.event_id = e.id AND d.webhook_id = w.id
      AND replace(CAST(e.owed AS text), '"' || w.id || CASE d.part WHEN '' THEN '' ELSE '/' || d.part END || '"', '') <> CAST(e.owed AS text))
