-- $1 ids, $2 webhooks, $3 numbers, $4 status codes, $5 times, $6 latencies in ms
INSERT INTO floor_deliveries
SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::smallint[], $5::timestamptz[], $6::integer[])
