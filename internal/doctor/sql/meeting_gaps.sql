-- Meetings whose events are not numbered 1, 2, 3 up to what the meeting says.
-- The first ones may be missing where the oldest events of a shard were removed.
SELECT m.id
FROM meetings m
LEFT JOIN (
    SELECT meeting_id, count(*) AS events, count(DISTINCT sequence) AS numbers,
        min(sequence) AS oldest, max(sequence) AS newest
    FROM events
    WHERE meeting_id <> ''
    GROUP BY meeting_id
) AS e ON e.meeting_id = m.id
WHERE e.newest <> m.sequence
   OR e.oldest < 1
   OR e.events <> e.newest - e.oldest + 1
   OR e.events <> e.numbers
   OR (e.oldest > 1 OR e.meeting_id IS NULL AND m.sequence > 0)
      AND NOT EXISTS (
        SELECT 1 FROM shards s
        WHERE s.head > 0 AND NOT EXISTS (SELECT 1 FROM events o WHERE o.shard = s.id AND o.number = 1)
      )
