-- Meetings that are held although no payment is awaited.
SELECT m.id
FROM meetings m
WHERE m.status = 'HELD'
  AND m.type <> 'GROUP'
  AND NOT EXISTS (SELECT 1 FROM payments p WHERE p.meeting_id = m.id AND p.status IN ('PENDING', 'FAILED'))
