-- Modify "webhooks" table
ALTER TABLE "webhooks" ADD COLUMN "mailed_state" character varying NOT NULL DEFAULT 'ACTIVE';
UPDATE "webhooks" SET "mailed_state" = "alerted_state";
