-- Replays that run and keep events from before $1, with the webhook that each is for, if
-- it is still there, and the stretch of the log that is left.
SELECT r.webhook_id, r.id, coalesce(w.state, 'DISABLED'), r.app_id, r.number, r."end"
FROM replays r
LEFT JOIN webhooks w ON w.id = r.webhook_id
WHERE r.status = 'RUNNING' AND EXISTS (
    SELECT 1 FROM events e
    WHERE e.app_id = r.app_id AND e.number > r.number AND e.number <= r."end" AND e.occurred_at < $1)
ORDER BY r.id
LIMIT 10
