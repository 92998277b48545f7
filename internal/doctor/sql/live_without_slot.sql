-- Live meetings that take nobody's time.
SELECT m.id
FROM meetings m
WHERE m.status IN ('HELD', 'ACTIVE')
  AND NOT EXISTS (SELECT 1 FROM agent_slots s WHERE s.meeting_id = m.id AND s.live)
