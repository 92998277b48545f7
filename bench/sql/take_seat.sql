-- $1 meeting, $2 now
UPDATE meetings SET active_attendees = active_attendees + 1, sequence = sequence + 1, updated_at = $2 WHERE id = $1
