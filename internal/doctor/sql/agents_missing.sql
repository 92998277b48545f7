-- Live COLLECTIVE meetings of which some agent has been freed.
SELECT DISTINCT m.id
FROM meetings m
JOIN agent_slots s ON s.meeting_id = m.id
WHERE m.type = 'COLLECTIVE' AND m.status IN ('HELD', 'ACTIVE') AND NOT s.live
