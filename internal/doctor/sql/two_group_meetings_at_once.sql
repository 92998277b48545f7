-- Live GROUP meetings that share their event type and start with another one.
SELECT id
FROM (
    SELECT id, count(*) OVER (PARTITION BY event_type_id, "start") AS meetings
    FROM meetings
    WHERE type = 'GROUP' AND (status = 'HELD' OR status = 'ACTIVE')
) AS live
WHERE meetings > 1
