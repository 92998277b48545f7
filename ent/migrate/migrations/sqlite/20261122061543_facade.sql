-- Disable the enforcement of foreign-keys constraints
PRAGMA foreign_keys = off;
-- Create index "delivery_failing" to table: "deliveries"
CREATE INDEX `delivery_failing` ON `deliveries` (`webhook_id`, `id`) WHERE status = 'PENDING' AND attempt_count > 0;
-- Add column "events" to table: "webhooks"
ALTER TABLE `webhooks` ADD COLUMN `events` json NULL;
-- Create index "webhook_once_organization" to table: "webhooks"
CREATE UNIQUE INDEX `webhook_once_organization` ON `webhooks` (`app_id`, `subscriber_url`) WHERE format = 'CALENDLY' AND scope = 'ORGANIZATION';
-- Create index "webhook_once_user" to table: "webhooks"
CREATE UNIQUE INDEX `webhook_once_user` ON `webhooks` (`app_id`, `subscriber_url`, `agent_id`) WHERE format = 'CALENDLY' AND scope = 'USER';
-- Create "new_attendees" table
CREATE TABLE `new_attendees` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `app_id` text NOT NULL, `previous_id` text NULL, `position` integer NOT NULL, `name` text NOT NULL, `email` text NOT NULL, `phone` text NULL, `time_zone` text NOT NULL, `status` text NOT NULL, `answers` json NOT NULL, `tracking` json NULL, `multiple_booking_identifier` text NULL, `manage_hash` blob NULL, `no_show` json NULL, `cancellation` json NULL, `meeting_id` text NOT NULL, `payment_id` text NULL, `routing_form_submission_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `attendees_meetings_attendees` FOREIGN KEY (`meeting_id`) REFERENCES `meetings` (`id`) ON DELETE CASCADE, CONSTRAINT `attendees_payments_attendees` FOREIGN KEY (`payment_id`) REFERENCES `payments` (`id`) ON DELETE SET NULL, CONSTRAINT `attendees_routing_form_submissions_attendees` FOREIGN KEY (`routing_form_submission_id`) REFERENCES `routing_form_submissions` (`id`) ON DELETE SET NULL, CONSTRAINT `attendee_status` CHECK (status IN ('ACTIVE', 'CANCELLED', 'NO_SHOW')));
-- Copy rows from old table "attendees" to new temporary table "new_attendees"
INSERT INTO `new_attendees` (`id`, `created_at`, `updated_at`, `app_id`, `previous_id`, `position`, `name`, `email`, `phone`, `time_zone`, `status`, `answers`, `tracking`, `multiple_booking_identifier`, `manage_hash`, `no_show`, `cancellation`, `meeting_id`, `payment_id`) SELECT `id`, `created_at`, `updated_at`, `app_id`, `previous_id`, `position`, `name`, `email`, `phone`, `time_zone`, `status`, `answers`, `tracking`, `multiple_booking_identifier`, `manage_hash`, `no_show`, `cancellation`, `meeting_id`, `payment_id` FROM `attendees`;
-- Drop "attendees" table after copying rows
DROP TABLE `attendees`;
-- Rename temporary table "new_attendees" to "attendees"
ALTER TABLE `new_attendees` RENAME TO `attendees`;
-- Create index "attendee_meeting_id_position" to table: "attendees"
CREATE UNIQUE INDEX `attendee_meeting_id_position` ON `attendees` (`meeting_id`, `position`);
-- Create index "attendee_distinct_time" to table: "attendees"
CREATE UNIQUE INDEX `attendee_distinct_time` ON `attendees` (`app_id`, `created_at`);
-- Create index "attendee_app_id_email" to table: "attendees"
CREATE INDEX `attendee_app_id_email` ON `attendees` (`app_id`, `email`);
-- Create index "attendee_payment_id" to table: "attendees"
CREATE INDEX `attendee_payment_id` ON `attendees` (`payment_id`);
-- Create index "attendee_previous_id" to table: "attendees"
CREATE INDEX `attendee_previous_id` ON `attendees` (`previous_id`);
-- Create index "attendee_routing_form_submission_id" to table: "attendees"
CREATE INDEX `attendee_routing_form_submission_id` ON `attendees` (`routing_form_submission_id`);
-- Create index "attendee_manage_hash" to table: "attendees"
CREATE INDEX `attendee_manage_hash` ON `attendees` (`manage_hash`);
-- Create index "attendee_app_id_id" to table: "attendees"
CREATE INDEX `attendee_app_id_id` ON `attendees` (`app_id`, `id`);
-- Create "routing_forms" table
CREATE TABLE `routing_forms` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `app_id` text NOT NULL, `name` text NOT NULL, `status` text NOT NULL DEFAULT ('PUBLISHED'), `questions` json NOT NULL, `routes` json NOT NULL, `fallback` json NOT NULL, PRIMARY KEY (`id`));
-- Create index "routingform_app_id_id" to table: "routing_forms"
CREATE INDEX `routingform_app_id_id` ON `routing_forms` (`app_id`, `id`);
-- Create "routing_form_submissions" table
CREATE TABLE `routing_form_submissions` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `app_id` text NOT NULL, `answers` json NOT NULL, `tracking` json NULL, `result` json NOT NULL, `routing_form_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `routing_form_submissions_routing_forms_submissions` FOREIGN KEY (`routing_form_id`) REFERENCES `routing_forms` (`id`) ON DELETE RESTRICT);
-- Create index "routingformsubmission_app_id_id" to table: "routing_form_submissions"
CREATE INDEX `routingformsubmission_app_id_id` ON `routing_form_submissions` (`app_id`, `id`);
-- Create index "routingformsubmission_routing_form_id_created_at" to table: "routing_form_submissions"
CREATE INDEX `routingformsubmission_routing_form_id_created_at` ON `routing_form_submissions` (`routing_form_id`, `created_at`);
-- Enable back the enforcement of foreign-keys constraints
PRAGMA foreign_keys = on;
