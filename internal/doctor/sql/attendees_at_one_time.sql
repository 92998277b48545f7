-- Attendees of one app that were made at the same time: receivers of webhooks
-- could not tell them apart.
SELECT max(id) AS id
FROM attendees
GROUP BY app_id, created_at
HAVING count(*) > 1
