-- Meetings whose events are not numbered 1, 2, 3 up to what the meeting says. Those
-- from before $1 may have been removed, but for some that were still needed; that
-- can only be where the shard's first event is not younger.
SELECT m.id
FROM meetings m
LEFT JOIN (
    SELECT meeting_id, count(*) AS events, count(DISTINCT sequence) AS numbers,
        min(sequence) AS oldest, max(sequence) AS newest, min(occurred_at) AS since
    FROM events
    WHERE meeting_id <> ''
    GROUP BY meeting_id
) AS e ON e.meeting_id = m.id
WHERE e.oldest < 1
   OR e.events <> e.numbers
   OR e.since >= $1 AND (e.newest <> m.sequence OR e.events <> e.newest - e.oldest + 1)
   OR (e.oldest > 1 OR e.meeting_id IS NULL AND m.sequence > 0)
      AND NOT EXISTS (
        SELECT 1 FROM shards s
        WHERE s.head > 0 AND NOT EXISTS (SELECT 1 FROM events o WHERE o.shard = s.id AND o.number = 1 AND o.occurred_at >= $1)
      )
