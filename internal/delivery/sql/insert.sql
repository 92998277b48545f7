-- Writes deliveries that ended with their first attempt, of which none is there: times in microseconds, 0 for no code.
INSERT INTO deliveries (id, created_at, updated_at, app_id, webhook_id, event_id, part, "trigger", shard, "number", status,
  status_code, attempt_count, attempts)
SELECT d.id, timestamptz 'epoch' + d.created_at * interval '1 microsecond', $13::timestamptz, d.app_id, d.webhook_id, d.event_id, d.part,
  d.cause, d.shard, d.place, d.status, NULLIF(d.status_code, 0), 1, d.attempts
FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::smallint[], $9::bigint[], $10::text[],
  $11::smallint[], $12::text[])
  AS d (id, created_at, app_id, webhook_id, event_id, part, cause, shard, place, status, status_code, attempts)
