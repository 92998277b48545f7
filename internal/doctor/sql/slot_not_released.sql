-- Slots that keep an agent busy for a meeting that is over or off.
SELECT s.id
FROM agent_slots s
JOIN meetings m ON m.id = s.meeting_id
WHERE s.live AND m.status NOT IN ('HELD', 'ACTIVE')
