-- $1 id, $2 now, $3 app, $4 start, $5 end, $6 minutes, $7 event type
INSERT INTO meetings (id, created_at, updated_at, app_id, series_id, start, "end", duration_minutes, time_zone, status, type,
  event_name, event_slug, create_by_contact, max_attendees, active_attendees, external_ids, notes, reminders, mark_as_no_show,
  sequence, event_type_id)
VALUES ($1, $2, $2, $3, $1, $4, $5, $6, 'UTC', 'ACTIVE', 'SOLO', 'Call', 'call', true, 1, 1, '[]', '[]', '[]', false, 1, $7)
