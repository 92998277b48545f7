-- Modify "access_tokens" table
ALTER TABLE "access_tokens" ADD COLUMN "purpose" character varying NOT NULL DEFAULT 'PERSONAL', ADD COLUMN "scopes" jsonb NULL, ADD COLUMN "expires_at" timestamptz NULL, ADD COLUMN "last_used_at" timestamptz NULL, ADD COLUMN "revoked_at" timestamptz NULL;
-- Create index "accesstoken_agent_id" to table: "access_tokens"
CREATE INDEX "accesstoken_agent_id" ON "access_tokens" ("agent_id");
-- Create index "accesstoken_app_id_id" to table: "access_tokens"
CREATE INDEX "accesstoken_app_id_id" ON "access_tokens" ("app_id", "id");
-- Modify "agents" table
ALTER TABLE "agents" ADD COLUMN "status" character varying NOT NULL DEFAULT 'ACTIVE', ADD COLUMN "external_id" character varying NULL;
-- Create index "agent_app_id_external_id" to table: "agents"
CREATE UNIQUE INDEX "agent_app_id_external_id" ON "agents" ("app_id", "external_id");
-- Modify "attendees" table
ALTER TABLE "attendees" ADD COLUMN "manage_hash" bytea NULL;
-- Create index "attendee_manage_hash" to table: "attendees"
CREATE INDEX "attendee_manage_hash" ON "attendees" ("manage_hash");
-- Modify "commands" table
ALTER TABLE "commands" ADD COLUMN "sealed_token" character varying NOT NULL DEFAULT '';
-- Modify "event_types" table
ALTER TABLE "event_types" ADD COLUMN "public" boolean NOT NULL DEFAULT true, ADD COLUMN "manage_notice_minutes" bigint NOT NULL DEFAULT 0;
-- Create "audit_entries" table
CREATE TABLE "audit_entries" ("id" character varying NOT NULL, "app_id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "action" character varying NOT NULL, "target_id" character varying NOT NULL, "actor_type" character varying NOT NULL, "actor_id" character varying NULL, "credential_id" character varying NULL, "changes" jsonb NOT NULL, "address" character varying NULL, "user_agent" character varying NULL, PRIMARY KEY ("id"));
-- Create index "auditentry_app_id_created_at" to table: "audit_entries"
CREATE INDEX "auditentry_app_id_created_at" ON "audit_entries" ("app_id", "created_at");
-- Create index "auditentry_app_id_id" to table: "audit_entries"
CREATE INDEX "auditentry_app_id_id" ON "audit_entries" ("app_id", "id");
-- Create index "auditentry_target_id" to table: "audit_entries"
CREATE INDEX "auditentry_target_id" ON "audit_entries" ("target_id");
-- Create "identity_providers" table
CREATE TABLE "identity_providers" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "app_id" character varying NOT NULL, "name" character varying NOT NULL, "issuer" character varying NOT NULL, "audience" character varying NOT NULL, "secret" character varying NULL, "jwks_url" character varying NULL, "app_claim" character varying NULL, "app_value" character varying NOT NULL DEFAULT '', "agent_claim" character varying NOT NULL DEFAULT 'sub', "role_claim" character varying NULL, PRIMARY KEY ("id"));
-- Create index "identityprovider_app_id_id" to table: "identity_providers"
CREATE INDEX "identityprovider_app_id_id" ON "identity_providers" ("app_id", "id");
-- Create index "identityprovider_issuer_audience_app_value" to table: "identity_providers"
CREATE UNIQUE INDEX "identityprovider_issuer_audience_app_value" ON "identity_providers" ("issuer", "audience", "app_value");
-- Create "publishable_keys" table
CREATE TABLE "publishable_keys" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "app_id" character varying NOT NULL, "name" character varying NOT NULL, "key" character varying NOT NULL, "allowed_origins" jsonb NOT NULL, "may_pay" boolean NOT NULL DEFAULT true, "last_used_at" timestamptz NULL, PRIMARY KEY ("id"));
-- Create index "publishable_keys_key_key" to table: "publishable_keys"
CREATE UNIQUE INDEX "publishable_keys_key_key" ON "publishable_keys" ("key");
-- Create index "publishablekey_app_id_id" to table: "publishable_keys"
CREATE INDEX "publishablekey_app_id_id" ON "publishable_keys" ("app_id", "id");
-- Create "sealing_keys" table
CREATE TABLE "sealing_keys" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "proof" character varying NOT NULL, PRIMARY KEY ("id"));
