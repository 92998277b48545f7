-- Attendees that belong to another app than their meeting or their payment.
SELECT a.id
FROM attendees a
JOIN meetings m ON m.id = a.meeting_id
LEFT JOIN payments p ON p.id = a.payment_id
WHERE a.app_id <> m.app_id OR a.app_id <> p.app_id
