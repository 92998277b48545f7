-- Create "access_tokens" table
CREATE TABLE `access_tokens` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `app_id` text NOT NULL, `name` text NOT NULL, `prefix` text NOT NULL, `hash` blob NOT NULL, `agent_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `access_tokens_agents_agent` FOREIGN KEY (`agent_id`) REFERENCES `agents` (`id`) ON DELETE CASCADE);
-- Create index "access_tokens_hash_key" to table: "access_tokens"
CREATE UNIQUE INDEX `access_tokens_hash_key` ON `access_tokens` (`hash`);
-- Create "agents" table
CREATE TABLE `agents` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `app_id` text NOT NULL, `name` text NOT NULL, `email` text NOT NULL, `time_zone` text NOT NULL, `role` text NOT NULL, PRIMARY KEY (`id`));
-- Create index "agent_app_id_email" to table: "agents"
CREATE UNIQUE INDEX `agent_app_id_email` ON `agents` (`app_id`, `email`);
-- Create "agent_slots" table
CREATE TABLE `agent_slots` (`id` text NOT NULL, `app_id` text NOT NULL, `busy_from` datetime NOT NULL, `busy_until` datetime NOT NULL, `live` bool NOT NULL DEFAULT (true), `meeting_id` text NOT NULL, `agent_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `agent_slots_meetings_meeting` FOREIGN KEY (`meeting_id`) REFERENCES `meetings` (`id`) ON DELETE CASCADE, CONSTRAINT `agent_slots_agents_agent` FOREIGN KEY (`agent_id`) REFERENCES `agents` (`id`) ON DELETE RESTRICT, CONSTRAINT `agent_slot_times` CHECK (busy_from < busy_until));
-- Create index "agentslot_meeting_id_agent_id" to table: "agent_slots"
CREATE UNIQUE INDEX `agentslot_meeting_id_agent_id` ON `agent_slots` (`meeting_id`, `agent_id`);
-- Create index "agentslot_agent_id_busy_from" to table: "agent_slots"
CREATE INDEX `agentslot_agent_id_busy_from` ON `agent_slots` (`agent_id`, `busy_from`) WHERE live;
-- Create "apps" table
CREATE TABLE `apps` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `name` text NOT NULL, PRIMARY KEY (`id`));
-- Create "attendees" table
CREATE TABLE `attendees` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `app_id` text NOT NULL, `previous_id` text NULL, `position` integer NOT NULL, `name` text NOT NULL, `email` text NOT NULL, `phone` text NULL, `time_zone` text NOT NULL, `status` text NOT NULL, `answers` json NOT NULL, `cancellation` json NULL, `meeting_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `attendees_meetings_attendees` FOREIGN KEY (`meeting_id`) REFERENCES `meetings` (`id`) ON DELETE CASCADE, CONSTRAINT `attendee_status` CHECK (status IN ('ACTIVE', 'CANCELLED', 'NO_SHOW')));
-- Create index "attendee_meeting_id_position" to table: "attendees"
CREATE UNIQUE INDEX `attendee_meeting_id_position` ON `attendees` (`meeting_id`, `position`);
-- Create index "attendee_distinct_time" to table: "attendees"
CREATE UNIQUE INDEX `attendee_distinct_time` ON `attendees` (`app_id`, `created_at`);
-- Create index "attendee_app_id_email" to table: "attendees"
CREATE INDEX `attendee_app_id_email` ON `attendees` (`app_id`, `email`);
-- Create index "attendee_app_id_id" to table: "attendees"
CREATE INDEX `attendee_app_id_id` ON `attendees` (`app_id`, `id`);
-- Create "commands" table
CREATE TABLE `commands` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `app_id` text NOT NULL, `key` text NOT NULL, `request_hash` blob NOT NULL, `meeting_id` text NOT NULL DEFAULT (''), PRIMARY KEY (`id`));
-- Create index "command_app_id_key" to table: "commands"
CREATE UNIQUE INDEX `command_app_id_key` ON `commands` (`app_id`, `key`);
-- Create index "command_created_at" to table: "commands"
CREATE INDEX `command_created_at` ON `commands` (`created_at`);
-- Create "deliveries" table
CREATE TABLE `deliveries` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `app_id` text NOT NULL, `webhook_id` text NOT NULL, `event_id` text NOT NULL, `part` text NOT NULL DEFAULT (''), `shard` integer NOT NULL, `number` integer NOT NULL, `series_id` text NOT NULL, `status` text NOT NULL, `attempt_count` integer NOT NULL DEFAULT (0), `next_attempt_at` datetime NULL, `attempts` json NOT NULL, PRIMARY KEY (`id`));
-- Create index "delivery_event_id_webhook_id_part" to table: "deliveries"
CREATE UNIQUE INDEX `delivery_event_id_webhook_id_part` ON `deliveries` (`event_id`, `webhook_id`, `part`);
-- Create index "delivery_webhook_id_created_at" to table: "deliveries"
CREATE INDEX `delivery_webhook_id_created_at` ON `deliveries` (`webhook_id`, `created_at`);
-- Create index "delivery_app_id_id" to table: "deliveries"
CREATE INDEX `delivery_app_id_id` ON `deliveries` (`app_id`, `id`);
-- Create index "delivery_shard_number" to table: "deliveries"
CREATE INDEX `delivery_shard_number` ON `deliveries` (`shard`, `number`);
-- Create index "delivery_waiting" to table: "deliveries"
CREATE INDEX `delivery_waiting` ON `deliveries` (`webhook_id`, `number`) WHERE status = 'PENDING' AND next_attempt_at IS NULL;
-- Create index "delivery_shard_next_attempt_at" to table: "deliveries"
CREATE INDEX `delivery_shard_next_attempt_at` ON `deliveries` (`shard`, `next_attempt_at`) WHERE status = 'PENDING';
-- Create "events" table
CREATE TABLE `events` (`id` text NOT NULL, `app_id` text NOT NULL, `shard` integer NOT NULL, `number` integer NOT NULL, `trigger` text NOT NULL, `meeting_id` text NULL, `series_id` text NOT NULL, `attendee_id` text NULL, `sequence` integer NOT NULL, `occurred_at` datetime NOT NULL, `snapshot` text NOT NULL, `owed` json NOT NULL, PRIMARY KEY (`id`));
-- Create index "event_shard_number" to table: "events"
CREATE UNIQUE INDEX `event_shard_number` ON `events` (`shard`, `number`);
-- Create index "event_meeting_id_sequence" to table: "events"
CREATE INDEX `event_meeting_id_sequence` ON `events` (`meeting_id`, `sequence`);
-- Create "event_types" table
CREATE TABLE `event_types` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `app_id` text NOT NULL, `name` text NOT NULL, `slug` text NOT NULL, `type` text NOT NULL, `duration_minutes` integer NOT NULL, `buffer_before_minutes` integer NOT NULL DEFAULT (0), `buffer_after_minutes` integer NOT NULL DEFAULT (0), `minimum_notice_minutes` integer NOT NULL DEFAULT (0), `horizon_days` integer NOT NULL DEFAULT (365), `max_attendees` integer NOT NULL DEFAULT (1), `reminders` json NOT NULL, `mode_note` text NULL, `active` bool NOT NULL DEFAULT (true), PRIMARY KEY (`id`), CONSTRAINT `event_type_solo_seats` CHECK (type <> 'SOLO' OR max_attendees = 1));
-- Create index "eventtype_app_id_slug" to table: "event_types"
CREATE UNIQUE INDEX `eventtype_app_id_slug` ON `event_types` (`app_id`, `slug`);
-- Create "hosts" table
CREATE TABLE `hosts` (`id` text NOT NULL, `app_id` text NOT NULL, `event_type_id` text NOT NULL, `agent_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `hosts_event_types_event_type` FOREIGN KEY (`event_type_id`) REFERENCES `event_types` (`id`) ON DELETE CASCADE, CONSTRAINT `hosts_agents_agent` FOREIGN KEY (`agent_id`) REFERENCES `agents` (`id`) ON DELETE RESTRICT);
-- Create index "host_event_type_id_agent_id" to table: "hosts"
CREATE UNIQUE INDEX `host_event_type_id_agent_id` ON `hosts` (`event_type_id`, `agent_id`);
-- Create index "host_agent_id" to table: "hosts"
CREATE INDEX `host_agent_id` ON `hosts` (`agent_id`);
-- Create "leases" table
CREATE TABLE `leases` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `owner` text NOT NULL DEFAULT (''), `epoch` integer NOT NULL DEFAULT (0), `until` integer NOT NULL DEFAULT (0), `settled` integer NOT NULL DEFAULT (0));
-- Create "meetings" table
CREATE TABLE `meetings` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `app_id` text NOT NULL, `series_id` text NOT NULL, `start` datetime NOT NULL, `end` datetime NOT NULL, `duration_minutes` integer NOT NULL, `time_zone` text NOT NULL, `status` text NOT NULL, `type` text NOT NULL, `event_name` text NOT NULL, `event_slug` text NOT NULL, `modified_event_name` text NULL, `create_by_contact` bool NOT NULL DEFAULT (true), `max_attendees` integer NOT NULL, `active_attendees` integer NOT NULL, `external_ids` json NOT NULL, `notes` json NOT NULL, `reminders` json NOT NULL, `mode_note` text NULL, `follow_up` json NULL, `calendar_event` json NULL, `tracking` json NULL, `multiple_booking_identifier` text NULL, `mark_as_no_show` bool NOT NULL DEFAULT (false), `cancellation` json NULL, `reschedule` json NULL, `sequence` integer NOT NULL DEFAULT (0), `event_type_id` text NOT NULL, `previous_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `meetings_event_types_event_type` FOREIGN KEY (`event_type_id`) REFERENCES `event_types` (`id`) ON DELETE RESTRICT, CONSTRAINT `meetings_meetings_next` FOREIGN KEY (`previous_id`) REFERENCES `meetings` (`id`) ON DELETE RESTRICT, CONSTRAINT `meeting_previous` CHECK (previous_id IS NULL OR previous_id <> id), CONSTRAINT `meeting_seats` CHECK (active_attendees >= 0 AND active_attendees <= max_attendees), CONSTRAINT `meeting_status` CHECK (status IN ('HELD', 'ACTIVE', 'CANCELLED', 'RESCHEDULED', 'EXPIRED', 'COMPLETED')), CONSTRAINT `meeting_times` CHECK ("start" < "end"));
-- Create index "meetings_previous_id_key" to table: "meetings"
CREATE UNIQUE INDEX `meetings_previous_id_key` ON `meetings` (`previous_id`);
-- Create index "meeting_app_id_start" to table: "meetings"
CREATE INDEX `meeting_app_id_start` ON `meetings` (`app_id`, `start`);
-- Create index "meeting_app_id_id" to table: "meetings"
CREATE INDEX `meeting_app_id_id` ON `meetings` (`app_id`, `id`);
-- Create index "meeting_series_id" to table: "meetings"
CREATE INDEX `meeting_series_id` ON `meetings` (`series_id`);
-- Create index "meeting_live_group" to table: "meetings"
CREATE UNIQUE INDEX `meeting_live_group` ON `meetings` (`event_type_id`, `start`) WHERE type = 'GROUP' AND (status = 'HELD' OR status = 'ACTIVE');
-- Create "payments" table
CREATE TABLE `payments` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `app_id` text NOT NULL, `amount_minor` integer NOT NULL, `currency_code` text NOT NULL, `method` text NULL, `status` text NOT NULL, `billing_name` text NULL, `billing_address` text NULL, `payment_time` datetime NULL, `external_payment_id` text NULL, `email_id` text NULL, `note` text NULL, `meet_created_at` datetime NULL, `amount_on_duration` json NULL, `order_id` text NULL, `meeting_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `payments_meetings_payment` FOREIGN KEY (`meeting_id`) REFERENCES `meetings` (`id`) ON DELETE CASCADE, CONSTRAINT `payment_status` CHECK (status IN ('PENDING', 'DONE', 'FAILED', 'REFUNDED', 'EXPIRED')));
-- Create index "payments_meeting_id_key" to table: "payments"
CREATE UNIQUE INDEX `payments_meeting_id_key` ON `payments` (`meeting_id`);
-- Create index "payment_app_id_method_external_payment_id" to table: "payments"
CREATE UNIQUE INDEX `payment_app_id_method_external_payment_id` ON `payments` (`app_id`, `method`, `external_payment_id`);
-- Create index "payment_app_id_id" to table: "payments"
CREATE INDEX `payment_app_id_id` ON `payments` (`app_id`, `id`);
-- Create "processes" table
CREATE TABLE `processes` (`id` text NOT NULL, `until` integer NOT NULL, PRIMARY KEY (`id`));
-- Create "shards" table
CREATE TABLE `shards` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `generation` integer NOT NULL, `head` integer NOT NULL DEFAULT (0));
-- Create "webhooks" table
CREATE TABLE `webhooks` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `app_id` text NOT NULL, `agent_id` text NOT NULL, `subscriber_url` text NOT NULL, `triggers` json NOT NULL, `event_type_ids` json NOT NULL, `meeting_types` json NOT NULL, `scope` text NOT NULL, `format` text NOT NULL, `state` text NOT NULL DEFAULT ('ACTIVE'), `secret` text NOT NULL, `description` text NULL, `secret_header` text NULL, `headers` json NULL, PRIMARY KEY (`id`));
-- Create index "webhook_app_id_id" to table: "webhooks"
CREATE INDEX `webhook_app_id_id` ON `webhooks` (`app_id`, `id`);
-- an agent is in one place at a time: live slots of one agent never overlap
CREATE TRIGGER `agent_slot_overlap_insert` BEFORE INSERT ON `agent_slots` WHEN NEW.`live` BEGIN SELECT RAISE(ABORT, 'agent_slot_overlap') WHERE EXISTS (SELECT 1 FROM `agent_slots` WHERE `agent_id` = NEW.`agent_id` AND `live` AND `busy_from` < NEW.`busy_until` AND `busy_until` > NEW.`busy_from`); END;
CREATE TRIGGER `agent_slot_overlap_update` BEFORE UPDATE ON `agent_slots` WHEN NEW.`live` BEGIN SELECT RAISE(ABORT, 'agent_slot_overlap') WHERE EXISTS (SELECT 1 FROM `agent_slots` WHERE `id` <> NEW.`id` AND `agent_id` = NEW.`agent_id` AND `live` AND `busy_from` < NEW.`busy_until` AND `busy_until` > NEW.`busy_from`); END;
