-- Events that belong to another app than their meeting.
SELECT e.id
FROM events e
JOIN meetings m ON m.id = e.meeting_id
WHERE e.app_id <> m.app_id
