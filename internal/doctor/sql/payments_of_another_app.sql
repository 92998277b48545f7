-- Payments that belong to another app than their meeting.
SELECT p.id
FROM payments p
JOIN meetings m ON m.id = p.meeting_id
WHERE p.app_id <> m.app_id
