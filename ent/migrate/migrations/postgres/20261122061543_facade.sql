-- Create index "delivery_failing" to table: "deliveries"
CREATE INDEX "delivery_failing" ON "deliveries" ("webhook_id", "id") WHERE (((status)::text = 'PENDING'::text) AND (attempt_count > 0));
-- Modify "webhooks" table
ALTER TABLE "webhooks" ADD COLUMN "events" jsonb NULL;
-- Create index "webhook_once_organization" to table: "webhooks"
CREATE UNIQUE INDEX "webhook_once_organization" ON "webhooks" ("app_id", "subscriber_url") WHERE (((format)::text = 'CALENDLY'::text) AND ((scope)::text = 'ORGANIZATION'::text));
-- Create index "webhook_once_user" to table: "webhooks"
CREATE UNIQUE INDEX "webhook_once_user" ON "webhooks" ("app_id", "subscriber_url", "agent_id") WHERE (((format)::text = 'CALENDLY'::text) AND ((scope)::text = 'USER'::text));
-- Create "routing_forms" table
CREATE TABLE "routing_forms" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "app_id" character varying NOT NULL, "name" character varying NOT NULL, "status" character varying NOT NULL DEFAULT 'PUBLISHED', "questions" jsonb NOT NULL, "routes" jsonb NOT NULL, "fallback" jsonb NOT NULL, PRIMARY KEY ("id"));
-- Create index "routingform_app_id_id" to table: "routing_forms"
CREATE INDEX "routingform_app_id_id" ON "routing_forms" ("app_id", "id");
-- Create "routing_form_submissions" table
CREATE TABLE "routing_form_submissions" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "app_id" character varying NOT NULL, "answers" jsonb NOT NULL, "tracking" jsonb NULL, "result" jsonb NOT NULL, "routing_form_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "routing_form_submissions_routing_forms_submissions" FOREIGN KEY ("routing_form_id") REFERENCES "routing_forms" ("id") ON UPDATE NO ACTION ON DELETE RESTRICT);
-- Create index "routingformsubmission_app_id_id" to table: "routing_form_submissions"
CREATE INDEX "routingformsubmission_app_id_id" ON "routing_form_submissions" ("app_id", "id");
-- Create index "routingformsubmission_routing_form_id_created_at" to table: "routing_form_submissions"
CREATE INDEX "routingformsubmission_routing_form_id_created_at" ON "routing_form_submissions" ("routing_form_id", "created_at");
-- Modify "attendees" table
ALTER TABLE "attendees" ADD COLUMN "routing_form_submission_id" character varying NULL, ADD CONSTRAINT "attendees_routing_form_submissions_attendees" FOREIGN KEY ("routing_form_submission_id") REFERENCES "routing_form_submissions" ("id") ON UPDATE NO ACTION ON DELETE SET NULL;
-- Create index "attendee_previous_id" to table: "attendees"
CREATE INDEX "attendee_previous_id" ON "attendees" ("previous_id");
-- Create index "attendee_routing_form_submission_id" to table: "attendees"
CREATE INDEX "attendee_routing_form_submission_id" ON "attendees" ("routing_form_submission_id");
