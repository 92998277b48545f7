-- The rows follow.
INSERT INTO deliveries (id, created_at, updated_at, app_id, webhook_id, event_id, shard, number, series_id, status, attempts,
  part, attempt_count)
VALUES
