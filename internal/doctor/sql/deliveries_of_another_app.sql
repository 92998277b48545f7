-- Deliveries that belong to another app than their webhook or their event, as
-- far as these are still there.
SELECT d.id
FROM deliveries d
LEFT JOIN webhooks w ON w.id = d.webhook_id
LEFT JOIN events e ON e.id = d.event_id
WHERE d.app_id <> w.app_id OR d.app_id <> e.app_id
