-- Of the newest 1,000 events below each shard's watermark, and after $1: those of which a
-- webhook that is still there lacks a message that it is owed, and that it has not
-- yet to come to because it is behind. The list of these
-- is JSON on one database and text on the other: a webhook's id is in it as often
-- as its removal makes it shorter, by "id" or "id/part". Each must have its row.
SELECT DISTINCT e.id
FROM leases l
JOIN events e ON e.shard = l.id AND e.number <= l.settled AND e.number > l.settled - 1000 AND e.occurred_at >= $1
JOIN webhooks w ON w.app_id = e.app_id AND replace(CAST(e.owed AS text), w.id, '') <> CAST(e.owed AS text)
WHERE length(CAST(e.owed AS text)) - length(replace(CAST(e.owed AS text), w.id, '')) > length(w.id) * (
    SELECT count(*) FROM deliveries d
    WHERE d.webhook_id = w.id AND d.number = e.number AND d.event_id = e.id
      AND replace(CAST(e.owed AS text), '"' || w.id || CASE d.part WHEN '' THEN '' ELSE '/' || d.part END || '"', '') <> CAST(e.owed AS text))
  AND NOT EXISTS (SELECT 1 FROM backlogs b WHERE b.id = w.id AND b.number < e.number)
