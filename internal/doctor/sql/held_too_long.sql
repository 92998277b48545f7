-- Payments that hold a meeting or seats although their time was over before $1.
SELECT p.id
FROM payments p
WHERE (p.status = 'PENDING' OR p.status = 'FAILED')
  AND p.held_until < $1
  AND (EXISTS (SELECT 1 FROM meetings m WHERE m.id = p.meeting_id AND m.status = 'HELD')
    OR EXISTS (SELECT 1 FROM attendees a WHERE a.payment_id = p.id AND a.status = 'ACTIVE'))
