-- Modify "deliveries" table
ALTER TABLE "deliveries" ADD COLUMN "urgent" boolean NOT NULL DEFAULT false;
-- Modify "webhooks" table
ALTER TABLE "webhooks" ADD COLUMN "held_until" timestamptz NULL, ADD COLUMN "owed_after" bigint NOT NULL DEFAULT 0;
