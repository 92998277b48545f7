-- Slots that belong to another app than their meeting or their agent.
SELECT s.id
FROM agent_slots s
JOIN meetings m ON m.id = s.meeting_id
JOIN agents a ON a.id = s.agent_id
WHERE s.app_id <> m.app_id OR s.app_id <> a.app_id
