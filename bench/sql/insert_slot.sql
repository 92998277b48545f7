-- $1 id, $2 app, $3 from, $4 until, $5 meeting, $6 agent
INSERT INTO agent_slots (id, app_id, busy_from, busy_until, live, meeting_id, agent_id)
VALUES ($1, $2, $3, $4, true, $5, $6)
