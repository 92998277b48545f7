-- Meetings that belong to another app than their event type or the meeting
-- whose place they take.
SELECT m.id
FROM meetings m
JOIN event_types t ON t.id = m.event_type_id
LEFT JOIN meetings previous ON previous.id = m.previous_id
WHERE m.app_id <> t.app_id OR m.app_id <> previous.app_id
