-- Add column "body" to table: "events"
ALTER TABLE `events` ADD COLUMN `body` text NULL;
