-- What is tied to an agent or an event type of another app.
SELECT h.id
FROM hosts h
JOIN event_types t ON t.id = h.event_type_id
JOIN agents a ON a.id = h.agent_id
WHERE h.app_id <> t.app_id OR h.app_id <> a.app_id
UNION ALL
SELECT s.id FROM schedules s JOIN agents a ON a.id = s.agent_id WHERE s.app_id <> a.app_id
UNION ALL
SELECT t.id FROM access_tokens t JOIN agents a ON a.id = t.agent_id WHERE t.app_id <> a.app_id
UNION ALL
SELECT w.id FROM webhooks w JOIN agents a ON a.id = w.agent_id WHERE w.app_id <> a.app_id
UNION ALL
SELECT a.id FROM agents a WHERE NOT EXISTS (SELECT 1 FROM apps WHERE apps.id = a.app_id)
