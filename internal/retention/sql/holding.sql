-- Webhooks that are behind and keep events from before $1, and the stretch of the log
-- that is left for each. The columns are those of replaying.sql.
SELECT w.id, '', w.state, w.app_id, b.number, 9223372036854775807
FROM backlogs b
JOIN webhooks w ON w.id = b.id AND w.state <> 'DISABLED'
WHERE EXISTS (
    SELECT 1 FROM events e
    WHERE e.app_id = w.app_id AND e.number > b.number AND e.occurred_at < $1
      AND replace(CAST(e.owed AS text), w.id, '') <> CAST(e.owed AS text))
ORDER BY w.id
LIMIT 10
