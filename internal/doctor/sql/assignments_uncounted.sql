-- ROUNDROBIN hosts with more meetings than their counter says. It may say more:
-- a new host starts level with the others. Of meetings that are over, those that
-- changed hands are left out: their slots do not tell who had them last.
SELECT h.id
FROM hosts h
JOIN (
    SELECT m.event_type_id, s.agent_id, count(*) AS meetings
    FROM meetings m
    JOIN agent_slots s ON s.meeting_id = m.id
    WHERE m.type = 'ROUNDROBIN'
      AND (m.status IN ('HELD', 'ACTIVE') AND s.live OR m.status = 'COMPLETED' AND m.reassignment IS NULL)
    GROUP BY m.event_type_id, s.agent_id
) AS given ON given.event_type_id = h.event_type_id AND given.agent_id = h.agent_id
WHERE h.assigned < given.meetings
