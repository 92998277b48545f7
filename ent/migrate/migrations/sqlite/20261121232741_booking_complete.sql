-- Disable the enforcement of foreign-keys constraints
PRAGMA foreign_keys = off;
-- Commands from before have no answer to repeat
DELETE FROM commands;
-- Create "new_attendees" table
CREATE TABLE `new_attendees` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `app_id` text NOT NULL, `previous_id` text NULL, `position` integer NOT NULL, `name` text NOT NULL, `email` text NOT NULL, `phone` text NULL, `time_zone` text NOT NULL, `status` text NOT NULL, `answers` json NOT NULL, `tracking` json NULL, `multiple_booking_identifier` text NULL, `no_show` json NULL, `cancellation` json NULL, `meeting_id` text NOT NULL, `payment_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `attendees_meetings_attendees` FOREIGN KEY (`meeting_id`) REFERENCES `meetings` (`id`) ON DELETE CASCADE, CONSTRAINT `attendees_payments_attendees` FOREIGN KEY (`payment_id`) REFERENCES `payments` (`id`) ON DELETE SET NULL, CONSTRAINT `attendee_status` CHECK (status IN ('ACTIVE', 'CANCELLED', 'NO_SHOW')));
-- Copy rows from old table "attendees" to new temporary table "new_attendees"
INSERT INTO `new_attendees` (`id`, `created_at`, `updated_at`, `app_id`, `previous_id`, `position`, `name`, `email`, `phone`, `time_zone`, `status`, `answers`, `cancellation`, `meeting_id`) SELECT `id`, `created_at`, `updated_at`, `app_id`, `previous_id`, `position`, `name`, `email`, `phone`, `time_zone`, `status`, `answers`, `cancellation`, `meeting_id` FROM `attendees`;
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
-- Create index "attendee_app_id_id" to table: "attendees"
CREATE INDEX `attendee_app_id_id` ON `attendees` (`app_id`, `id`);
-- Create "new_commands" table
CREATE TABLE `new_commands` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `app_id` text NOT NULL, `key` text NOT NULL, `request_hash` blob NOT NULL, `answer` text NOT NULL DEFAULT (''), PRIMARY KEY (`id`));
-- Copy rows from old table "commands" to new temporary table "new_commands"
INSERT INTO `new_commands` (`id`, `created_at`, `updated_at`, `app_id`, `key`, `request_hash`) SELECT `id`, `created_at`, `updated_at`, `app_id`, `key`, `request_hash` FROM `commands`;
-- Drop "commands" table after copying rows
DROP TABLE `commands`;
-- Rename temporary table "new_commands" to "commands"
ALTER TABLE `new_commands` RENAME TO `commands`;
-- Create index "command_app_id_key" to table: "commands"
CREATE UNIQUE INDEX `command_app_id_key` ON `commands` (`app_id`, `key`);
-- Create index "command_created_at" to table: "commands"
CREATE INDEX `command_created_at` ON `commands` (`created_at`);
-- Create "new_event_types" table
CREATE TABLE `new_event_types` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `app_id` text NOT NULL, `name` text NOT NULL, `slug` text NOT NULL, `type` text NOT NULL, `duration_minutes` integer NOT NULL, `durations` json NULL, `slot_interval_minutes` integer NULL, `buffer_before_minutes` integer NOT NULL DEFAULT (0), `buffer_after_minutes` integer NOT NULL DEFAULT (0), `minimum_notice_minutes` integer NOT NULL DEFAULT (0), `horizon_days` integer NOT NULL DEFAULT (365), `max_attendees` integer NOT NULL DEFAULT (1), `reminders` json NOT NULL, `questions` json NULL, `mode` text NOT NULL DEFAULT ('ONLINE'), `mode_note` text NULL, `currency_code` text NULL, `amount_on_duration` json NULL, `hold_minutes` integer NOT NULL DEFAULT (15), `refund_notice_minutes` integer NULL, `active` bool NOT NULL DEFAULT (true), `archived_at` datetime NULL, PRIMARY KEY (`id`), CONSTRAINT `event_type_solo_seats` CHECK (type <> 'SOLO' OR max_attendees = 1));
-- Copy rows from old table "event_types" to new temporary table "new_event_types"
INSERT INTO `new_event_types` (`id`, `created_at`, `updated_at`, `app_id`, `name`, `slug`, `type`, `duration_minutes`, `buffer_before_minutes`, `buffer_after_minutes`, `minimum_notice_minutes`, `horizon_days`, `max_attendees`, `reminders`, `mode_note`, `active`) SELECT `id`, `created_at`, `updated_at`, `app_id`, `name`, `slug`, `type`, `duration_minutes`, `buffer_before_minutes`, `buffer_after_minutes`, `minimum_notice_minutes`, `horizon_days`, `max_attendees`, `reminders`, `mode_note`, `active` FROM `event_types`;
-- Drop "event_types" table after copying rows
DROP TABLE `event_types`;
-- Rename temporary table "new_event_types" to "event_types"
ALTER TABLE `new_event_types` RENAME TO `event_types`;
-- Create index "eventtype_app_id_slug" to table: "event_types"
CREATE UNIQUE INDEX `eventtype_app_id_slug` ON `event_types` (`app_id`, `slug`) WHERE archived_at IS NULL;
-- Create index "eventtype_app_id_id" to table: "event_types"
CREATE INDEX `eventtype_app_id_id` ON `event_types` (`app_id`, `id`);
-- Create "new_hosts" table
CREATE TABLE `new_hosts` (`id` text NOT NULL, `app_id` text NOT NULL, `assigned` integer NOT NULL DEFAULT (0), `assigned_at` datetime NULL, `event_type_id` text NOT NULL, `agent_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `hosts_event_types_event_type` FOREIGN KEY (`event_type_id`) REFERENCES `event_types` (`id`) ON DELETE CASCADE, CONSTRAINT `hosts_agents_agent` FOREIGN KEY (`agent_id`) REFERENCES `agents` (`id`) ON DELETE RESTRICT);
-- Copy rows from old table "hosts" to new temporary table "new_hosts"
INSERT INTO `new_hosts` (`id`, `app_id`, `event_type_id`, `agent_id`) SELECT `id`, `app_id`, `event_type_id`, `agent_id` FROM `hosts`;
-- Drop "hosts" table after copying rows
DROP TABLE `hosts`;
-- Rename temporary table "new_hosts" to "hosts"
ALTER TABLE `new_hosts` RENAME TO `hosts`;
-- Create index "host_event_type_id_agent_id" to table: "hosts"
CREATE UNIQUE INDEX `host_event_type_id_agent_id` ON `hosts` (`event_type_id`, `agent_id`);
-- Create index "host_agent_id" to table: "hosts"
CREATE INDEX `host_agent_id` ON `hosts` (`agent_id`);
-- Add column "booked_by" to table: "meetings"
ALTER TABLE `meetings` ADD COLUMN `booked_by` json NULL;
-- Add column "reassignment" to table: "meetings"
ALTER TABLE `meetings` ADD COLUMN `reassignment` json NULL;
-- Create index "meeting_end" to table: "meetings"
CREATE INDEX `meeting_end` ON `meetings` (`end`) WHERE status = 'ACTIVE';
-- Create "new_payments" table
CREATE TABLE `new_payments` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `app_id` text NOT NULL, `held_until` datetime NULL, `amount_minor` integer NOT NULL, `currency_code` text NOT NULL, `method` text NULL, `status` text NOT NULL, `billing_name` text NULL, `billing_address` text NULL, `payment_time` datetime NULL, `external_payment_id` text NULL, `email_id` text NULL, `note` text NULL, `meet_created_at` datetime NULL, `amount_on_duration` json NULL, `order_id` text NULL, `meeting_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `payments_meetings_payment` FOREIGN KEY (`meeting_id`) REFERENCES `meetings` (`id`) ON DELETE CASCADE, CONSTRAINT `payment_status` CHECK (status IN ('PENDING', 'DONE', 'FAILED', 'REFUNDED', 'EXPIRED')));
-- Copy rows from old table "payments" to new temporary table "new_payments"
INSERT INTO `new_payments` (`id`, `created_at`, `updated_at`, `app_id`, `amount_minor`, `currency_code`, `method`, `status`, `billing_name`, `billing_address`, `payment_time`, `external_payment_id`, `email_id`, `note`, `meet_created_at`, `amount_on_duration`, `order_id`, `meeting_id`) SELECT `id`, `created_at`, `updated_at`, `app_id`, `amount_minor`, `currency_code`, `method`, `status`, `billing_name`, `billing_address`, `payment_time`, `external_payment_id`, `email_id`, `note`, `meet_created_at`, `amount_on_duration`, `order_id`, `meeting_id` FROM `payments`;
-- Drop "payments" table after copying rows
DROP TABLE `payments`;
-- Rename temporary table "new_payments" to "payments"
ALTER TABLE `new_payments` RENAME TO `payments`;
-- Create index "payments_meeting_id_key" to table: "payments"
CREATE UNIQUE INDEX `payments_meeting_id_key` ON `payments` (`meeting_id`);
-- Create index "payment_app_id_method_external_payment_id" to table: "payments"
CREATE UNIQUE INDEX `payment_app_id_method_external_payment_id` ON `payments` (`app_id`, `method`, `external_payment_id`);
-- Create index "payment_app_id_id" to table: "payments"
CREATE INDEX `payment_app_id_id` ON `payments` (`app_id`, `id`);
-- Create index "payment_held_until" to table: "payments"
CREATE INDEX `payment_held_until` ON `payments` (`held_until`) WHERE status = 'PENDING' OR status = 'FAILED';
-- Create "schedules" table
CREATE TABLE `schedules` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `app_id` text NOT NULL, `weekly_hours` json NOT NULL, `date_overrides` json NOT NULL, `agent_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `schedules_agents_schedule` FOREIGN KEY (`agent_id`) REFERENCES `agents` (`id`) ON DELETE CASCADE);
-- Create index "schedules_agent_id_key" to table: "schedules"
CREATE UNIQUE INDEX `schedules_agent_id_key` ON `schedules` (`agent_id`);
-- live slots of an agent lie apart: of those that begin before a new one ends, the last ends last
DROP TRIGGER `agent_slot_overlap_insert`;
DROP TRIGGER `agent_slot_overlap_update`;
CREATE TRIGGER `agent_slot_overlap_insert` BEFORE INSERT ON `agent_slots` WHEN NEW.`live` BEGIN SELECT RAISE(ABORT, 'agent_slot_overlap') WHERE (SELECT `busy_until` FROM `agent_slots` WHERE `agent_id` = NEW.`agent_id` AND `live` AND `busy_from` < NEW.`busy_until` ORDER BY `busy_from` DESC LIMIT 1) > NEW.`busy_from`; END;
CREATE TRIGGER `agent_slot_overlap_update` BEFORE UPDATE ON `agent_slots` WHEN NEW.`live` BEGIN SELECT RAISE(ABORT, 'agent_slot_overlap') WHERE (SELECT `busy_until` FROM `agent_slots` WHERE `id` <> NEW.`id` AND `agent_id` = NEW.`agent_id` AND `live` AND `busy_from` < NEW.`busy_until` ORDER BY `busy_from` DESC LIMIT 1) > NEW.`busy_from`; END;
-- Enable back the enforcement of foreign-keys constraints
PRAGMA foreign_keys = on;
