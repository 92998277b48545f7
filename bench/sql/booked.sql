-- What there is of what was given out.
SELECT
  (SELECT count(*) FROM meetings WHERE type = 'SOLO' AND status = 'ACTIVE'),
  (SELECT count(*) FROM events WHERE attendee_id = ''),
  (SELECT count(*) FROM meetings WHERE type = 'GROUP' AND status = 'ACTIVE'),
  (SELECT coalesce(sum(active_attendees), 0) FROM meetings WHERE type = 'GROUP'),
  (SELECT count(*) FROM attendees a JOIN meetings m ON m.id = a.meeting_id WHERE m.type = 'GROUP' AND a.status = 'ACTIVE'),
  (SELECT count(DISTINCT attendee_id) FROM events WHERE attendee_id <> '')
