-- $1 id, $2 app, $3 shard, $4 number, $5 trigger, $6 meeting, $7 attendee, $8 sequence, $9 now, $10 snapshot
INSERT INTO events (id, app_id, shard, number, "trigger", meeting_id, series_id, attendee_id, sequence, occurred_at, snapshot, owed)
VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8, $9, $10, '[]')
