-- Meetings that take place, or did, although their payment is not done. After
-- the meeting it may have been refunded.
SELECT m.id
FROM payments p
JOIN meetings m ON m.id = p.meeting_id
WHERE m.type <> 'GROUP'
  AND (m.status = 'ACTIVE' AND p.status <> 'DONE'
    OR m.status = 'COMPLETED' AND p.status NOT IN ('DONE', 'REFUNDED'))
