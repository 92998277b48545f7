-- Disable the enforcement of foreign-keys constraints
PRAGMA foreign_keys = off;
-- Create "new_access_tokens" table
CREATE TABLE `new_access_tokens` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `app_id` text NOT NULL, `name` text NOT NULL, `prefix` text NOT NULL, `hash` blob NOT NULL, `purpose` text NOT NULL DEFAULT ('PERSONAL'), `scopes` json NULL, `expires_at` datetime NULL, `last_used_at` datetime NULL, `revoked_at` datetime NULL, `agent_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `access_tokens_agents_agent` FOREIGN KEY (`agent_id`) REFERENCES `agents` (`id`) ON DELETE CASCADE);
-- Copy rows from old table "access_tokens" to new temporary table "new_access_tokens"
INSERT INTO `new_access_tokens` (`id`, `created_at`, `updated_at`, `app_id`, `name`, `prefix`, `hash`, `agent_id`) SELECT `id`, `created_at`, `updated_at`, `app_id`, `name`, `prefix`, `hash`, `agent_id` FROM `access_tokens`;
-- Drop "access_tokens" table after copying rows
DROP TABLE `access_tokens`;
-- Rename temporary table "new_access_tokens" to "access_tokens"
ALTER TABLE `new_access_tokens` RENAME TO `access_tokens`;
-- Create index "access_tokens_hash_key" to table: "access_tokens"
CREATE UNIQUE INDEX `access_tokens_hash_key` ON `access_tokens` (`hash`);
-- Create index "accesstoken_app_id_id" to table: "access_tokens"
CREATE INDEX `accesstoken_app_id_id` ON `access_tokens` (`app_id`, `id`);
-- Create index "accesstoken_agent_id" to table: "access_tokens"
CREATE INDEX `accesstoken_agent_id` ON `access_tokens` (`agent_id`);
-- Create "new_agents" table
CREATE TABLE `new_agents` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `app_id` text NOT NULL, `name` text NOT NULL, `email` text NOT NULL, `time_zone` text NOT NULL, `role` text NOT NULL, `status` text NOT NULL DEFAULT ('ACTIVE'), `external_id` text NULL, PRIMARY KEY (`id`));
-- Copy rows from old table "agents" to new temporary table "new_agents"
INSERT INTO `new_agents` (`id`, `created_at`, `updated_at`, `app_id`, `name`, `email`, `time_zone`, `role`) SELECT `id`, `created_at`, `updated_at`, `app_id`, `name`, `email`, `time_zone`, `role` FROM `agents`;
-- Drop "agents" table after copying rows
DROP TABLE `agents`;
-- Rename temporary table "new_agents" to "agents"
ALTER TABLE `new_agents` RENAME TO `agents`;
-- Create index "agent_app_id_email" to table: "agents"
CREATE UNIQUE INDEX `agent_app_id_email` ON `agents` (`app_id`, `email`);
-- Create index "agent_app_id_external_id" to table: "agents"
CREATE UNIQUE INDEX `agent_app_id_external_id` ON `agents` (`app_id`, `external_id`);
-- Create "new_attendees" table
CREATE TABLE `new_attendees` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `app_id` text NOT NULL, `previous_id` text NULL, `position` integer NOT NULL, `name` text NOT NULL, `email` text NOT NULL, `phone` text NULL, `time_zone` text NOT NULL, `status` text NOT NULL, `answers` json NOT NULL, `tracking` json NULL, `multiple_booking_identifier` text NULL, `manage_hash` blob NULL, `no_show` json NULL, `cancellation` json NULL, `meeting_id` text NOT NULL, `payment_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `attendees_meetings_attendees` FOREIGN KEY (`meeting_id`) REFERENCES `meetings` (`id`) ON DELETE CASCADE, CONSTRAINT `attendees_payments_attendees` FOREIGN KEY (`payment_id`) REFERENCES `payments` (`id`) ON DELETE SET NULL, CONSTRAINT `attendee_status` CHECK (status IN ('ACTIVE', 'CANCELLED', 'NO_SHOW')));
-- Copy rows from old table "attendees" to new temporary table "new_attendees"
INSERT INTO `new_attendees` (`id`, `created_at`, `updated_at`, `app_id`, `previous_id`, `position`, `name`, `email`, `phone`, `time_zone`, `status`, `answers`, `tracking`, `multiple_booking_identifier`, `no_show`, `cancellation`, `meeting_id`, `payment_id`) SELECT `id`, `created_at`, `updated_at`, `app_id`, `previous_id`, `position`, `name`, `email`, `phone`, `time_zone`, `status`, `answers`, `tracking`, `multiple_booking_identifier`, `no_show`, `cancellation`, `meeting_id`, `payment_id` FROM `attendees`;
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
-- Create index "attendee_manage_hash" to table: "attendees"
CREATE INDEX `attendee_manage_hash` ON `attendees` (`manage_hash`);
-- Create index "attendee_app_id_id" to table: "attendees"
CREATE INDEX `attendee_app_id_id` ON `attendees` (`app_id`, `id`);
-- Create "new_commands" table
CREATE TABLE `new_commands` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `app_id` text NOT NULL, `key` text NOT NULL, `request_hash` blob NOT NULL, `answer` text NOT NULL DEFAULT (''), `sealed_token` text NOT NULL DEFAULT (''), PRIMARY KEY (`id`));
-- Copy rows from old table "commands" to new temporary table "new_commands"
INSERT INTO `new_commands` (`id`, `created_at`, `updated_at`, `app_id`, `key`, `request_hash`, `answer`) SELECT `id`, `created_at`, `updated_at`, `app_id`, `key`, `request_hash`, `answer` FROM `commands`;
-- Drop "commands" table after copying rows
DROP TABLE `commands`;
-- Rename temporary table "new_commands" to "commands"
ALTER TABLE `new_commands` RENAME TO `commands`;
-- Create index "command_app_id_key" to table: "commands"
CREATE UNIQUE INDEX `command_app_id_key` ON `commands` (`app_id`, `key`);
-- Create index "command_created_at" to table: "commands"
CREATE INDEX `command_created_at` ON `commands` (`created_at`);
-- Create "new_event_types" table
CREATE TABLE `new_event_types` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `app_id` text NOT NULL, `name` text NOT NULL, `slug` text NOT NULL, `type` text NOT NULL, `duration_minutes` integer NOT NULL, `durations` json NULL, `slot_interval_minutes` integer NULL, `buffer_before_minutes` integer NOT NULL DEFAULT (0), `buffer_after_minutes` integer NOT NULL DEFAULT (0), `minimum_notice_minutes` integer NOT NULL DEFAULT (0), `horizon_days` integer NOT NULL DEFAULT (365), `max_attendees` integer NOT NULL DEFAULT (1), `reminders` json NOT NULL, `questions` json NULL, `mode` text NOT NULL DEFAULT ('ONLINE'), `mode_note` text NULL, `currency_code` text NULL, `amount_on_duration` json NULL, `hold_minutes` integer NOT NULL DEFAULT (15), `refund_notice_minutes` integer NULL, `public` bool NOT NULL DEFAULT (true), `manage_notice_minutes` integer NOT NULL DEFAULT (0), `active` bool NOT NULL DEFAULT (true), `archived_at` datetime NULL, PRIMARY KEY (`id`), CONSTRAINT `event_type_solo_seats` CHECK (type <> 'SOLO' OR max_attendees = 1));
-- Copy rows from old table "event_types" to new temporary table "new_event_types"
INSERT INTO `new_event_types` (`id`, `created_at`, `updated_at`, `app_id`, `name`, `slug`, `type`, `duration_minutes`, `durations`, `slot_interval_minutes`, `buffer_before_minutes`, `buffer_after_minutes`, `minimum_notice_minutes`, `horizon_days`, `max_attendees`, `reminders`, `questions`, `mode`, `mode_note`, `currency_code`, `amount_on_duration`, `hold_minutes`, `refund_notice_minutes`, `active`, `archived_at`) SELECT `id`, `created_at`, `updated_at`, `app_id`, `name`, `slug`, `type`, `duration_minutes`, `durations`, `slot_interval_minutes`, `buffer_before_minutes`, `buffer_after_minutes`, `minimum_notice_minutes`, `horizon_days`, `max_attendees`, `reminders`, `questions`, `mode`, `mode_note`, `currency_code`, `amount_on_duration`, `hold_minutes`, `refund_notice_minutes`, `active`, `archived_at` FROM `event_types`;
-- Drop "event_types" table after copying rows
DROP TABLE `event_types`;
-- Rename temporary table "new_event_types" to "event_types"
ALTER TABLE `new_event_types` RENAME TO `event_types`;
-- Create index "eventtype_app_id_slug" to table: "event_types"
CREATE UNIQUE INDEX `eventtype_app_id_slug` ON `event_types` (`app_id`, `slug`) WHERE archived_at IS NULL;
-- Create index "eventtype_app_id_id" to table: "event_types"
CREATE INDEX `eventtype_app_id_id` ON `event_types` (`app_id`, `id`);
-- Create "audit_entries" table
CREATE TABLE `audit_entries` (`id` text NOT NULL, `app_id` text NOT NULL, `created_at` datetime NOT NULL, `action` text NOT NULL, `target_id` text NOT NULL, `actor_type` text NOT NULL, `actor_id` text NULL, `credential_id` text NULL, `changes` json NOT NULL, `address` text NULL, `user_agent` text NULL, PRIMARY KEY (`id`));
-- Create index "auditentry_app_id_created_at" to table: "audit_entries"
CREATE INDEX `auditentry_app_id_created_at` ON `audit_entries` (`app_id`, `created_at`);
-- Create index "auditentry_app_id_id" to table: "audit_entries"
CREATE INDEX `auditentry_app_id_id` ON `audit_entries` (`app_id`, `id`);
-- Create index "auditentry_target_id" to table: "audit_entries"
CREATE INDEX `auditentry_target_id` ON `audit_entries` (`target_id`);
-- Create "identity_providers" table
CREATE TABLE `identity_providers` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `app_id` text NOT NULL, `name` text NOT NULL, `issuer` text NOT NULL, `audience` text NOT NULL, `secret` text NULL, `jwks_url` text NULL, `app_claim` text NULL, `app_value` text NOT NULL DEFAULT (''), `agent_claim` text NOT NULL DEFAULT ('sub'), `role_claim` text NULL, PRIMARY KEY (`id`));
-- Create index "identityprovider_issuer_audience_app_value" to table: "identity_providers"
CREATE UNIQUE INDEX `identityprovider_issuer_audience_app_value` ON `identity_providers` (`issuer`, `audience`, `app_value`);
-- Create index "identityprovider_app_id_id" to table: "identity_providers"
CREATE INDEX `identityprovider_app_id_id` ON `identity_providers` (`app_id`, `id`);
-- Create "publishable_keys" table
CREATE TABLE `publishable_keys` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `app_id` text NOT NULL, `name` text NOT NULL, `key` text NOT NULL, `allowed_origins` json NOT NULL, `may_pay` bool NOT NULL DEFAULT (true), `last_used_at` datetime NULL, PRIMARY KEY (`id`));
-- Create index "publishable_keys_key_key" to table: "publishable_keys"
CREATE UNIQUE INDEX `publishable_keys_key_key` ON `publishable_keys` (`key`);
-- Create index "publishablekey_app_id_id" to table: "publishable_keys"
CREATE INDEX `publishablekey_app_id_id` ON `publishable_keys` (`app_id`, `id`);
-- Create "sealing_keys" table
CREATE TABLE `sealing_keys` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `proof` text NOT NULL, PRIMARY KEY (`id`));
-- Enable back the enforcement of foreign-keys constraints
PRAGMA foreign_keys = on;
