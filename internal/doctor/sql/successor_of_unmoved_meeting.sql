-- Meetings in the place of one that is not RESCHEDULED.
SELECT next.id
FROM meetings next
JOIN meetings m ON m.id = next.previous_id
WHERE m.status <> 'RESCHEDULED'
