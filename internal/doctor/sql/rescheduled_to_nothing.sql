-- Meetings that are RESCHEDULED, but none has taken their place.
SELECT m.id
FROM meetings m
WHERE m.status = 'RESCHEDULED'
  AND NOT EXISTS (SELECT 1 FROM meetings next WHERE next.previous_id = m.id)
