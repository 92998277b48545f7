-- Live slots that do not cover the time of their meeting.
SELECT s.id
FROM agent_slots s
JOIN meetings m ON m.id = s.meeting_id
WHERE s.live AND (s.busy_from > m."start" OR s.busy_until < m."end")
