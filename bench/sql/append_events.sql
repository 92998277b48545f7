-- Events like one sample, each of a meeting of its own. $1 app, $2 shard, $3 the number before the first, $4 trigger,
-- $5 their time, $6 the sample's snapshot, $7 its meeting, $8 ids, $9 meetings, $10 webhooks, $11 the sample's body
INSERT INTO events (id, app_id, shard, number, "trigger", meeting_id, series_id, attendee_id, sequence, occurred_at, snapshot, body, owed)
SELECT id, $1, $2, $3::bigint + place, $4, meeting, meeting, '', 1, $5::timestamptz + place * interval '1 microsecond', replace($6, $7, meeting), replace($11, $7, meeting),
  jsonb_build_array(webhook)
FROM unnest($8::text[], $9::text[], $10::text[]) WITH ORDINALITY AS t(id, meeting, webhook, place)
