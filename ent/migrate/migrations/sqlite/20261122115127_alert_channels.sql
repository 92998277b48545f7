-- Add column "mailed_state" to table: "webhooks"
ALTER TABLE `webhooks` ADD COLUMN `mailed_state` text NOT NULL DEFAULT ('ACTIVE');
UPDATE `webhooks` SET `mailed_state` = `alerted_state`;
