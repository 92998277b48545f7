-- Live meetings whose counter of seats is not the number of seats taken.
SELECT m.id
FROM meetings m
WHERE m.status IN ('HELD', 'ACTIVE')
  AND (m.active_attendees <> (SELECT count(*) FROM attendees a WHERE a.meeting_id = m.id AND a.status <> 'CANCELLED')
    OR m.active_attendees < 0
    OR m.active_attendees > m.max_attendees)
