-- Live meetings that take the time of several agents, and are not COLLECTIVE.
SELECT m.id
FROM meetings m
JOIN agent_slots s ON s.meeting_id = m.id AND s.live
WHERE m.type <> 'COLLECTIVE' AND m.status IN ('HELD', 'ACTIVE')
GROUP BY m.id
HAVING count(*) > 1
