-- Seats of GROUP meetings that are taken although their payment has ended
-- without the money. Those that wait for theirs are held.
SELECT a.id
FROM payments p
JOIN attendees a ON a.payment_id = p.id
JOIN meetings m ON m.id = a.meeting_id
WHERE a.status = 'ACTIVE'
  AND (m.status IN ('HELD', 'ACTIVE') AND p.status IN ('EXPIRED', 'REFUNDED')
    OR m.status = 'COMPLETED' AND p.status = 'EXPIRED')
