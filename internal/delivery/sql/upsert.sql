-- Writes deliveries, of which some are there: times in microseconds, 0 for none; codes and bodies that are not there as 0 and no text.
INSERT INTO deliveries (id, created_at, updated_at, app_id, webhook_id, event_id, part, "trigger", shard, "number", status,
  status_code, attempt_count, attempts_before, next_attempt_at, attempts, body, test)
SELECT d.id, timestamptz 'epoch' + d.created_at * interval '1 microsecond', $18::timestamptz, d.app_id, d.webhook_id, d.event_id, d.part,
  d.cause, d.shard, d.place, d.status, NULLIF(d.status_code, 0), d.attempt_count, d.attempts_before,
  timestamptz 'epoch' + NULLIF(d.next_attempt_at, 0) * interval '1 microsecond', d.attempts, d.body, d.test
FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::smallint[], $9::bigint[], $10::text[],
  $11::smallint[], $12::smallint[], $13::smallint[], $14::bigint[], $15::text[], $16::text[], $17::boolean[])
  AS d (id, created_at, app_id, webhook_id, event_id, part, cause, shard, place, status,
  status_code, attempt_count, attempts_before, next_attempt_at, attempts, body, test)
ON CONFLICT (id, created_at) DO UPDATE SET updated_at = excluded.updated_at, status = excluded.status, status_code = excluded.status_code,
  attempt_count = excluded.attempt_count, attempts_before = excluded.attempts_before, next_attempt_at = excluded.next_attempt_at,
  attempts = excluded.attempts, body = COALESCE(excluded.body, deliveries.body)
