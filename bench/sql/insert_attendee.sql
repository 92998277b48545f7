-- $1 id, $2 now, $3 app, $4 meeting, $5 position
INSERT INTO attendees (id, created_at, updated_at, app_id, position, name, email, time_zone, status, answers, meeting_id)
VALUES ($1, $2, $2, $3, $5, 'Ana Ruiz', 'ana@example.org', 'UTC', 'ACTIVE', '[]', $4)
