-- Modify "events" table
ALTER TABLE "events" ADD COLUMN "body" text NULL;
-- Let the key of "deliveries" be the index of an app's deliveries as well
ALTER TABLE "deliveries" DROP CONSTRAINT "deliveries_pkey", ADD PRIMARY KEY ("app_id", "id", "created_at");
DROP INDEX "delivery_app_id_id";
