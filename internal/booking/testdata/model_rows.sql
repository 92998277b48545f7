-- What the model predicts of an app's rows, a line of text each.
SELECT 'meeting ' || id || ' ' || status || ' ' || event_type_id || ' minutes ' || duration_minutes
    || ' seats ' || active_attendees || ' sequence ' || sequence || ' missed ' || CASE WHEN mark_as_no_show THEN 'yes' ELSE 'no' END
    || ' previous ' || COALESCE(previous_id, '') || ' series ' || series_id || ' contact ' || CASE WHEN create_by_contact THEN 'yes' ELSE 'no' END
FROM meetings WHERE app_id = $1
UNION ALL
SELECT 'seat ' || id || ' ' || status || ' ' || meeting_id || ' ' || position || ' ' || name
    || ' payment ' || COALESCE(payment_id, '') || ' previous ' || COALESCE(previous_id, '')
    || ' missed ' || CASE WHEN no_show IS NULL THEN 'no' ELSE 'yes' END || ' cancelled ' || CASE WHEN cancellation IS NULL THEN 'no' ELSE 'yes' END
FROM attendees WHERE app_id = $1
UNION ALL
SELECT 'payment ' || id || ' ' || status || ' ' || amount_minor || ' meeting ' || COALESCE(meeting_id, '')
    || ' by ' || COALESCE(method, '') || ' ' || COALESCE(external_payment_id, '')
    || ' done ' || CASE WHEN meet_created_at IS NULL THEN 'no' ELSE 'yes' END || ' held ' || CASE WHEN held_until IS NULL THEN 'no' ELSE 'yes' END
FROM payments WHERE app_id = $1
UNION ALL
SELECT 'agent ' || agent_id || ' ' || meeting_id || ' ' || CASE WHEN live THEN 'busy' ELSE 'free' END
FROM agent_slots WHERE meeting_id IN (SELECT id FROM meetings WHERE app_id = $1)
UNION ALL
SELECT 'turns ' || agent_id || ' ' || event_type_id || ' ' || assigned
FROM hosts WHERE event_type_id IN (SELECT id FROM event_types WHERE app_id = $1)
UNION ALL
SELECT 'key ' || key FROM commands WHERE app_id = $1
