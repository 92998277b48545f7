-- Commands from before have no answer to repeat
DELETE FROM commands;
-- Modify "commands" table
ALTER TABLE "commands" DROP COLUMN "meeting_id", ADD COLUMN "answer" text NOT NULL DEFAULT '';
-- Drop index "eventtype_app_id_slug" from table: "event_types"
DROP INDEX "eventtype_app_id_slug";
-- Modify "event_types" table
ALTER TABLE "event_types" ADD COLUMN "durations" jsonb NULL, ADD COLUMN "slot_interval_minutes" bigint NULL, ADD COLUMN "questions" jsonb NULL, ADD COLUMN "mode" character varying NOT NULL DEFAULT 'ONLINE', ADD COLUMN "currency_code" character varying NULL, ADD COLUMN "amount_on_duration" jsonb NULL, ADD COLUMN "hold_minutes" bigint NOT NULL DEFAULT 15, ADD COLUMN "refund_notice_minutes" bigint NULL, ADD COLUMN "archived_at" timestamptz NULL;
-- Create index "eventtype_app_id_slug" to table: "event_types"
CREATE UNIQUE INDEX "eventtype_app_id_slug" ON "event_types" ("app_id", "slug") WHERE (archived_at IS NULL);
-- Create index "eventtype_app_id_id" to table: "event_types"
CREATE INDEX "eventtype_app_id_id" ON "event_types" ("app_id", "id");
-- Modify "hosts" table
ALTER TABLE "hosts" ADD COLUMN "assigned" bigint NOT NULL DEFAULT 0, ADD COLUMN "assigned_at" timestamptz NULL;
-- Modify "meetings" table
ALTER TABLE "meetings" ADD COLUMN "booked_by" jsonb NULL, ADD COLUMN "reassignment" jsonb NULL;
-- Create index "meeting_end" to table: "meetings"
CREATE INDEX "meeting_end" ON "meetings" ("end") WHERE ((status)::text = 'ACTIVE'::text);
-- Modify "payments" table
ALTER TABLE "payments" ALTER COLUMN "meeting_id" DROP NOT NULL, ADD COLUMN "held_until" timestamptz NULL;
-- Create index "payment_held_until" to table: "payments"
CREATE INDEX "payment_held_until" ON "payments" ("held_until") WHERE (((status)::text = 'PENDING'::text) OR ((status)::text = 'FAILED'::text));
-- Modify "attendees" table
ALTER TABLE "attendees" ADD COLUMN "tracking" jsonb NULL, ADD COLUMN "multiple_booking_identifier" character varying NULL, ADD COLUMN "no_show" jsonb NULL, ADD COLUMN "payment_id" character varying NULL, ADD CONSTRAINT "attendees_payments_attendees" FOREIGN KEY ("payment_id") REFERENCES "payments" ("id") ON UPDATE NO ACTION ON DELETE SET NULL;
-- Create index "attendee_payment_id" to table: "attendees"
CREATE INDEX "attendee_payment_id" ON "attendees" ("payment_id");
-- Create "schedules" table
CREATE TABLE "schedules" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "app_id" character varying NOT NULL, "weekly_hours" jsonb NOT NULL, "date_overrides" jsonb NOT NULL, "agent_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "schedules_agents_schedule" FOREIGN KEY ("agent_id") REFERENCES "agents" ("id") ON UPDATE NO ACTION ON DELETE CASCADE);
-- Create index "schedules_agent_id_key" to table: "schedules"
CREATE UNIQUE INDEX "schedules_agent_id_key" ON "schedules" ("agent_id");
