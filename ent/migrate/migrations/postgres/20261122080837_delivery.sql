-- Make "deliveries" anew: narrow, partitioned by the time of the event, with the columns of fixed width together
ALTER TABLE "deliveries" RENAME TO "old_deliveries";
CREATE TABLE "deliveries" ("created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "number" bigint NOT NULL, "next_attempt_at" timestamptz NULL, "shard" smallint NOT NULL, "status_code" smallint NULL, "attempt_count" smallint NOT NULL DEFAULT 0, "attempts_before" smallint NOT NULL DEFAULT 0, "test" boolean NOT NULL DEFAULT false, "id" character varying NOT NULL, "app_id" character varying NOT NULL, "webhook_id" character varying NOT NULL, "event_id" character varying NOT NULL, "part" character varying NOT NULL DEFAULT '', "trigger" character varying NOT NULL, "status" character varying NOT NULL, "attempts" text NOT NULL, "body" text NULL) PARTITION BY RANGE ("created_at");
CREATE TABLE "deliveries_default" PARTITION OF "deliveries" DEFAULT;
INSERT INTO "deliveries" ("id", "created_at", "updated_at", "app_id", "webhook_id", "event_id", "part", "trigger", "shard", "number", "status", "status_code", "attempt_count", "next_attempt_at", "attempts")
  SELECT d."id", d."created_at", d."updated_at", d."app_id", d."webhook_id", d."event_id", d."part", COALESCE(e."trigger", 'MEETING_BOOKED'), d."shard", d."number", d."status",
    (d."attempts" -> -1 ->> 'statusCode')::smallint, d."attempt_count",
    CASE WHEN d."status" = 'PENDING' THEN COALESCE(d."next_attempt_at", now()) END,
    (SELECT COALESCE(jsonb_agg(jsonb_build_array((EXTRACT(EPOCH FROM (a ->> 'at')::timestamptz) * 1000000)::bigint, COALESCE((a ->> 'statusCode')::int, 0), COALESCE((a ->> 'latencyMs')::bigint, 0),
      COALESCE(a ->> 'address', ''), COALESCE(a ->> 'response', ''), COALESCE(a ->> 'error', '')) ORDER BY n), '[]') FROM jsonb_array_elements(d."attempts") WITH ORDINALITY AS t(a, n))::text
  FROM "old_deliveries" d LEFT JOIN "events" e ON e."id" = d."event_id";
DROP TABLE "old_deliveries";
ALTER TABLE "deliveries" ADD PRIMARY KEY ("id", "created_at");
CREATE INDEX "delivery_app_id_id" ON "deliveries" ("app_id", "id");
CREATE INDEX "delivery_webhook_id_number" ON "deliveries" ("webhook_id", "number");
CREATE INDEX "delivery_failing" ON "deliveries" ("webhook_id", "id") WHERE (((status)::text = 'PENDING'::text) AND (attempt_count > 0));
CREATE INDEX "delivery_shard_next_attempt_at" ON "deliveries" ("shard", "next_attempt_at") WHERE ((status)::text = 'PENDING'::text);
-- Make "events" anew, partitioned by their time
ALTER TABLE "events" RENAME TO "old_events";
CREATE TABLE "events" ("id" character varying NOT NULL, "app_id" character varying NOT NULL, "shard" bigint NOT NULL, "number" bigint NOT NULL, "trigger" character varying NOT NULL, "meeting_id" character varying NULL, "series_id" character varying NOT NULL, "attendee_id" character varying NULL, "sequence" bigint NOT NULL, "occurred_at" timestamptz NOT NULL, "snapshot" text NOT NULL, "owed" jsonb NOT NULL) PARTITION BY RANGE ("occurred_at");
CREATE TABLE "events_default" PARTITION OF "events" DEFAULT;
INSERT INTO "events" SELECT "id", "app_id", "shard", "number", "trigger", "meeting_id", "series_id", "attendee_id", "sequence", "occurred_at", "snapshot", "owed" FROM "old_events";
DROP TABLE "old_events";
ALTER TABLE "events" ADD PRIMARY KEY ("id", "occurred_at");
CREATE UNIQUE INDEX "event_shard_number" ON "events" ("shard", "number", "occurred_at");
CREATE INDEX "event_app_id_number" ON "events" ("app_id", "number");
CREATE INDEX "event_meeting_id_sequence" ON "events" ("meeting_id", "sequence");
-- Modify "webhooks" table
ALTER TABLE "webhooks" ADD COLUMN "order_policy" character varying NOT NULL DEFAULT 'BOUNDED', ADD COLUMN "retry_schedule" jsonb NOT NULL DEFAULT '[]', ADD COLUMN "rate_limit_per_minute" bigint NULL, ADD COLUMN "payload_template" character varying NULL, ADD COLUMN "previous_secret" character varying NULL, ADD COLUMN "previous_secret_until" timestamptz NULL, ADD COLUMN "secret_since" timestamptz NOT NULL DEFAULT now(), ADD COLUMN "client_certificate" character varying NULL, ADD COLUMN "client_key" character varying NULL, ADD COLUMN "state_reason" character varying NULL, ADD COLUMN "state_since" timestamptz NOT NULL DEFAULT now(), ADD COLUMN "failing_since" timestamptz NULL, ADD COLUMN "alerted_state" character varying NOT NULL DEFAULT 'ACTIVE';
ALTER TABLE "webhooks" ALTER COLUMN "retry_schedule" DROP DEFAULT, ALTER COLUMN "secret_since" DROP DEFAULT, ALTER COLUMN "state_since" DROP DEFAULT;
-- Create index "webhook_state" to table: "webhooks"
CREATE INDEX "webhook_state" ON "webhooks" ("state") WHERE ((state)::text <> 'ACTIVE'::text);
-- Create "backlogs" table
CREATE TABLE "backlogs" ("id" character varying NOT NULL, "shard" bigint NOT NULL, "number" bigint NOT NULL, PRIMARY KEY ("id"));
-- Create index "backlog_shard" to table: "backlogs"
CREATE INDEX "backlog_shard" ON "backlogs" ("shard");
-- Create "replays" table
CREATE TABLE "replays" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "app_id" character varying NOT NULL, "webhook_id" character varying NOT NULL, "agent_id" character varying NOT NULL, "from" timestamptz NOT NULL, "to" timestamptz NOT NULL, "triggers" jsonb NOT NULL, "only_failed" boolean NOT NULL DEFAULT false, "status" character varying NOT NULL DEFAULT 'RUNNING', "shard" bigint NOT NULL, "begin" bigint NOT NULL, "end" bigint NOT NULL, "number" bigint NOT NULL, "sent" bigint NOT NULL DEFAULT 0, "delivered" bigint NOT NULL DEFAULT 0, "finished_at" timestamptz NULL, PRIMARY KEY ("id"));
-- Create index "replay_app_id_id" to table: "replays"
CREATE INDEX "replay_app_id_id" ON "replays" ("app_id", "id");
-- Create index "replay_running" to table: "replays"
CREATE UNIQUE INDEX "replay_running" ON "replays" ("webhook_id") WHERE ((status)::text = 'RUNNING'::text);
-- Create index "replay_shard" to table: "replays"
CREATE INDEX "replay_shard" ON "replays" ("shard") WHERE ((status)::text = 'RUNNING'::text);
