-- Meetings with several successors.
SELECT previous_id AS id
FROM meetings
WHERE previous_id IS NOT NULL
GROUP BY previous_id
HAVING count(*) > 1
