-- Meetings outside of the series of the meeting whose place they take: their
-- events would be delivered out of order.
SELECT next.id
FROM meetings next
JOIN meetings m ON m.id = next.previous_id
WHERE next.series_id <> m.series_id
