-- Live slots that begin before an earlier one of the same agent has ended.
-- One pass in order of time: comparing each slot with each would be quadratic.
SELECT id
FROM (
    SELECT id, busy_from, max(busy_until) OVER (
        PARTITION BY agent_id ORDER BY busy_from, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS taken_until
    FROM agent_slots
    WHERE live
) AS slot
WHERE busy_from < taken_until
