package booking_test

import (
	"strings"

	"slotcast/internal/doctor"
)

// sound looks in the raw rows for what must never be: what doctor looks for, and
// more that holds as long as no clock and no hand was at work in between. Each
// query finds the rows that break a rule.
func (f *fixture) sound() {
	f.t.Helper()
	for _, v := range must(doctor.Audit(f.t.Context(), f.db))(f.t) {
		f.t.Error(v)
	}
	for rule, query := range rules() {
		if broken := must(rows(f.t, f.db.SQL, query))(f.t); len(broken) > 0 {
			f.t.Errorf("%s:\n%s", rule, strings.Join(broken, "\n"))
		}
	}
}

func rules() map[string]string {
	return map[string]string{
		"an agent's turns are miscounted": `SELECT h.agent_id, h.assigned FROM hosts h
			JOIN event_types t ON t.id = h.event_type_id WHERE h.assigned <> (SELECT count(*) FROM agent_slots s
			JOIN meetings m ON m.id = s.meeting_id WHERE s.agent_id = h.agent_id AND m.event_type_id = h.event_type_id
			AND t.type = 'ROUNDROBIN' AND m.status IN ('HELD', 'ACTIVE', 'COMPLETED'))`,

		"a payment and its meeting disagree": `SELECT m.id, m.status, p.status FROM meetings m JOIN payments p ON p.meeting_id = m.id
			WHERE NOT (m.status = 'HELD' AND p.status IN ('PENDING', 'FAILED') OR m.status = 'ACTIVE' AND p.status = 'DONE'
			OR m.status = 'EXPIRED' AND p.status IN ('EXPIRED', 'REFUNDED') OR m.status IN ('COMPLETED') AND p.status IN ('DONE', 'REFUNDED')
			OR m.status = 'CANCELLED' AND p.status IN ('DONE', 'REFUNDED', 'EXPIRED'))`,
		"a hold without a payment": `SELECT m.id FROM meetings m WHERE m.status IN ('HELD', 'EXPIRED') AND m.type <> 'GROUP'
			AND NOT EXISTS (SELECT 1 FROM payments p WHERE p.meeting_id = m.id)`,
		"a payment and its seat disagree": `SELECT a.id, a.status, m.status, p.status FROM attendees a
			JOIN payments p ON p.id = a.payment_id JOIN meetings m ON m.id = a.meeting_id
			WHERE a.status <> 'CANCELLED' AND NOT (p.status = 'DONE' AND m.status IN ('ACTIVE', 'COMPLETED')
			OR p.status IN ('PENDING', 'FAILED') AND m.status IN ('HELD', 'ACTIVE') OR p.status = 'REFUNDED' AND m.status = 'COMPLETED')`,
		"a payment that nobody waits for": `SELECT p.id, p.status FROM payments p WHERE p.meeting_id IS NULL
			AND p.status IN ('PENDING', 'FAILED')
			AND NOT EXISTS (SELECT 1 FROM attendees a WHERE a.payment_id = p.id AND a.status <> 'CANCELLED')`,
		"a group is active without members, or held with them": `SELECT m.id, m.status FROM meetings m
			WHERE m.type = 'GROUP' AND m.status IN ('HELD', 'ACTIVE') AND (m.status = 'ACTIVE') <> EXISTS (SELECT 1 FROM attendees a
			LEFT JOIN payments p ON p.id = a.payment_id
			WHERE a.meeting_id = m.id AND a.status <> 'CANCELLED' AND (p.id IS NULL OR p.status = 'DONE'))`,

		"a booking was told twice": `SELECT meeting_id, attendee_id FROM events WHERE "trigger" = 'MEETING_BOOKED'
			GROUP BY meeting_id, attendee_id HAVING count(*) > 1`,
		"a booking was not told": `SELECT m.id FROM meetings m WHERE m.type <> 'GROUP' AND m.previous_id IS NULL
			AND m.status IN ('ACTIVE', 'COMPLETED', 'RESCHEDULED')
			AND NOT EXISTS (SELECT 1 FROM events e WHERE e.meeting_id = m.id AND e."trigger" = 'MEETING_BOOKED')`,
		"a hold was told": `SELECT e.id FROM events e JOIN payments p ON p.meeting_id = e.meeting_id WHERE p.meet_created_at IS NULL`,
		"a seat was not told": `SELECT a.id FROM attendees a JOIN meetings m ON m.id = a.meeting_id
			LEFT JOIN payments p ON p.id = a.payment_id
			WHERE m.type = 'GROUP' AND m.status IN ('HELD', 'ACTIVE', 'COMPLETED') AND a.previous_id IS NULL
			AND a.status <> 'CANCELLED' AND (p.id IS NULL OR p.status = 'DONE') AND NOT EXISTS
			(SELECT 1 FROM events e WHERE e.attendee_id = a.id AND e."trigger" = 'MEETING_BOOKED')`,
		"a seat was told that nobody has paid": `SELECT e.id FROM events e JOIN attendees a ON a.id = e.attendee_id
			JOIN payments p ON p.id = a.payment_id WHERE p.meet_created_at IS NULL`,
	}
}
