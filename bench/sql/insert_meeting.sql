-- $1 id, $2 now, $3 app, $4 start, $5 end, $6 minutes, $7 event type, $8 type, $9 seats, $10 seats taken, which are as many events
INSERT INTO meetings (id, created_at, updated_at, app_id, series_id, start, "end", duration_minutes, time_zone, status, type,
  event_name, event_slug, create_by_contact, max_attendees, active_attendees, external_ids, notes, reminders, mark_as_no_show,
  sequence, event_type_id)
VALUES ($1, $2, $2, $3, $1, $4, $5, $6, 'UTC', 'ACTIVE', $8, 'Call', 'call', true, $9, $10, '[]', '[]', '[]', false, $10, $7)
