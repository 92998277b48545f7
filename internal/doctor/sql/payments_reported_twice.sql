-- Payments that share the provider's id with an older one.
SELECT max(id) AS id
FROM payments
WHERE external_payment_id IS NOT NULL
GROUP BY app_id, method, external_payment_id
HAVING count(*) > 1
