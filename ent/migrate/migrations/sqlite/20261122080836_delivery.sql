-- Disable the enforcement of foreign-keys constraints
PRAGMA foreign_keys = off;
-- Create "new_deliveries" table
CREATE TABLE `new_deliveries` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `app_id` text NOT NULL, `webhook_id` text NOT NULL, `event_id` text NOT NULL, `part` text NOT NULL DEFAULT (''), `trigger` text NOT NULL, `shard` integer NOT NULL, `number` integer NOT NULL, `status` text NOT NULL, `status_code` integer NULL, `attempt_count` integer NOT NULL DEFAULT (0), `attempts_before` integer NOT NULL DEFAULT (0), `next_attempt_at` datetime NULL, `attempts` json NOT NULL, `body` text NULL, `test` bool NOT NULL DEFAULT (false), PRIMARY KEY (`id`, `created_at`));
-- Copy rows from old table "deliveries" to new temporary table "new_deliveries"
INSERT INTO `new_deliveries` (`id`, `created_at`, `updated_at`, `app_id`, `webhook_id`, `event_id`, `part`, `trigger`, `shard`, `number`, `status`, `status_code`, `attempt_count`, `next_attempt_at`, `attempts`) SELECT d.`id`, d.`created_at`, d.`updated_at`, d.`app_id`, d.`webhook_id`, d.`event_id`, d.`part`, COALESCE(e.`trigger`, 'MEETING_BOOKED'), d.`shard`, d.`number`, d.`status`, json_extract(d.`attempts`, '$[#-1].statusCode'), d.`attempt_count`, CASE WHEN d.`status` = 'PENDING' THEN COALESCE(d.`next_attempt_at`, d.`created_at`) END, (SELECT json_group_array(json_array(CAST(unixepoch(json_extract(a.value, '$.at'), 'subsec') * 1000000 AS INTEGER), COALESCE(json_extract(a.value, '$.statusCode'), 0), COALESCE(json_extract(a.value, '$.latencyMs'), 0), COALESCE(json_extract(a.value, '$.address'), ''), COALESCE(json_extract(a.value, '$.response'), ''), COALESCE(json_extract(a.value, '$.error'), ''))) FROM json_each(d.`attempts`) AS a) FROM `deliveries` AS d LEFT JOIN `events` AS e ON e.`id` = d.`event_id`;
-- Drop "deliveries" table after copying rows
DROP TABLE `deliveries`;
-- Rename temporary table "new_deliveries" to "deliveries"
ALTER TABLE `new_deliveries` RENAME TO `deliveries`;
-- Create index "delivery_app_id_id" to table: "deliveries"
CREATE INDEX `delivery_app_id_id` ON `deliveries` (`app_id`, `id`);
-- Create index "delivery_webhook_id_number" to table: "deliveries"
CREATE INDEX `delivery_webhook_id_number` ON `deliveries` (`webhook_id`, `number`);
-- Create index "delivery_failing" to table: "deliveries"
CREATE INDEX `delivery_failing` ON `deliveries` (`webhook_id`, `id`) WHERE status = 'PENDING' AND attempt_count > 0;
-- Create index "delivery_shard_next_attempt_at" to table: "deliveries"
CREATE INDEX `delivery_shard_next_attempt_at` ON `deliveries` (`shard`, `next_attempt_at`) WHERE status = 'PENDING';
-- Create index "event_app_id_number" to table: "events"
CREATE INDEX `event_app_id_number` ON `events` (`app_id`, `number`);
-- Create "new_webhooks" table
CREATE TABLE `new_webhooks` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `app_id` text NOT NULL, `agent_id` text NOT NULL, `subscriber_url` text NOT NULL, `triggers` json NOT NULL, `event_type_ids` json NOT NULL, `meeting_types` json NOT NULL, `scope` text NOT NULL, `format` text NOT NULL, `state` text NOT NULL DEFAULT ('ACTIVE'), `secret` text NOT NULL, `description` text NULL, `secret_header` text NULL, `events` json NULL, `order_policy` text NOT NULL DEFAULT ('BOUNDED'), `retry_schedule` json NOT NULL, `rate_limit_per_minute` integer NULL, `payload_template` text NULL, `previous_secret` text NULL, `previous_secret_until` datetime NULL, `secret_since` datetime NOT NULL, `client_certificate` text NULL, `client_key` text NULL, `state_reason` text NULL, `state_since` datetime NOT NULL, `failing_since` datetime NULL, `alerted_state` text NOT NULL DEFAULT ('ACTIVE'), `headers` json NULL, PRIMARY KEY (`id`));
-- Copy rows from old table "webhooks" to new temporary table "new_webhooks"
INSERT INTO `new_webhooks` (`id`, `created_at`, `updated_at`, `app_id`, `agent_id`, `subscriber_url`, `triggers`, `event_type_ids`, `meeting_types`, `scope`, `format`, `state`, `secret`, `description`, `secret_header`, `events`, `headers`, `retry_schedule`, `secret_since`, `state_since`) SELECT `id`, `created_at`, `updated_at`, `app_id`, `agent_id`, `subscriber_url`, `triggers`, `event_type_ids`, `meeting_types`, `scope`, `format`, `state`, `secret`, `description`, `secret_header`, `events`, `headers`, '[]', `updated_at`, `updated_at` FROM `webhooks`;
-- Drop "webhooks" table after copying rows
DROP TABLE `webhooks`;
-- Rename temporary table "new_webhooks" to "webhooks"
ALTER TABLE `new_webhooks` RENAME TO `webhooks`;
-- Create index "webhook_app_id_id" to table: "webhooks"
CREATE INDEX `webhook_app_id_id` ON `webhooks` (`app_id`, `id`);
-- Create index "webhook_state" to table: "webhooks"
CREATE INDEX `webhook_state` ON `webhooks` (`state`) WHERE state <> 'ACTIVE';
-- Create index "webhook_once_organization" to table: "webhooks"
CREATE UNIQUE INDEX `webhook_once_organization` ON `webhooks` (`app_id`, `subscriber_url`) WHERE format = 'CALENDLY' AND scope = 'ORGANIZATION';
-- Create index "webhook_once_user" to table: "webhooks"
CREATE UNIQUE INDEX `webhook_once_user` ON `webhooks` (`app_id`, `subscriber_url`, `agent_id`) WHERE format = 'CALENDLY' AND scope = 'USER';
-- Create "backlogs" table
CREATE TABLE `backlogs` (`id` text NOT NULL, `shard` integer NOT NULL, `number` integer NOT NULL, PRIMARY KEY (`id`));
-- Create index "backlog_shard" to table: "backlogs"
CREATE INDEX `backlog_shard` ON `backlogs` (`shard`);
-- Create "replays" table
CREATE TABLE `replays` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `app_id` text NOT NULL, `webhook_id` text NOT NULL, `agent_id` text NOT NULL, `from` datetime NOT NULL, `to` datetime NOT NULL, `triggers` json NOT NULL, `only_failed` bool NOT NULL DEFAULT (false), `status` text NOT NULL DEFAULT ('RUNNING'), `shard` integer NOT NULL, `begin` integer NOT NULL, `end` integer NOT NULL, `number` integer NOT NULL, `sent` integer NOT NULL DEFAULT (0), `delivered` integer NOT NULL DEFAULT (0), `finished_at` datetime NULL, PRIMARY KEY (`id`));
-- Create index "replay_app_id_id" to table: "replays"
CREATE INDEX `replay_app_id_id` ON `replays` (`app_id`, `id`);
-- Create index "replay_running" to table: "replays"
CREATE UNIQUE INDEX `replay_running` ON `replays` (`webhook_id`) WHERE status = 'RUNNING';
-- Create index "replay_shard" to table: "replays"
CREATE INDEX `replay_shard` ON `replays` (`shard`) WHERE status = 'RUNNING';
-- Enable back the enforcement of foreign-keys constraints
PRAGMA foreign_keys = on;
