-- Add column "urgent" to table: "deliveries"
ALTER TABLE `deliveries` ADD COLUMN `urgent` bool NOT NULL DEFAULT false;
-- Add column "held_until" to table: "webhooks"
ALTER TABLE `webhooks` ADD COLUMN `held_until` datetime NULL;
-- Add column "owed_after" to table: "webhooks"
ALTER TABLE `webhooks` ADD COLUMN `owed_after` integer NOT NULL DEFAULT 0;
