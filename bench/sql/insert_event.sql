-- $1 id, $2 app, $3 shard, $4 number, $5 trigger, $6 meeting, $7 now, $8 snapshot
INSERT INTO events (id, app_id, shard, number, "trigger", meeting_id, series_id, attendee_id, sequence, occurred_at, snapshot, owed)
VALUES ($1, $2, $3, $4, $5, $6, $6, '', 1, $7, $8, '[]')
