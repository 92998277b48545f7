package booking_test

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/internal/booking"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
)

func TestBookRefuses(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		other := newTenant(t, db.Client)
		asleep := f.eventType(func(c *ent.EventTypeCreate) { c.SetActive(false) })
		lonely := f.eventType(func(*ent.EventTypeCreate) {})
		must(rows(t, db.SQL, "DELETE FROM hosts WHERE event_type_id = '"+lonely.ID+"'"))(t)
		eva := booking.AttendeeInput{Name: "Eva", Email: "eva@example.org"}
		f.book(at(18, 0))
		tests := []struct {
			name, want string
			change     func(*booking.BookInput)
		}{
			{"unknown event type", "NOT_FOUND eventTypeId", func(in *booking.BookInput) { in.EventTypeID = "ety_none" }},
			{"no event type", "NOT_FOUND eventTypeId", func(in *booking.BookInput) { in.EventTypeID = "" }},
			{"another app's event type", "NOT_FOUND eventTypeId", func(in *booking.BookInput) { in.EventTypeID = other.call.ID }},
			{"inactive event type", "CONFLICT", func(in *booking.BookInput) { in.EventTypeID = asleep.ID }},
			{"event type without hosts", "CONFLICT", func(in *booking.BookInput) { in.EventTypeID = lonely.ID }},
			{"taken", "SLOT_TAKEN start", func(in *booking.BookInput) { in.Start = at(18, 29) }},
			{"no start", "BAD_USER_INPUT start", func(in *booking.BookInput) { in.Start = time.Time{} }},
			{"year 10000", "BAD_USER_INPUT start", func(in *booking.BookInput) {
				in.Start = time.Date(9999, 12, 31, 23, 0, 0, 0, time.FixedZone("", -7200))
			}},
			{"wrong duration", "BAD_USER_INPUT durationMinutes", func(in *booking.BookInput) { in.DurationMinutes = pointer(31) }},
			{"no duration", "BAD_USER_INPUT durationMinutes", func(in *booking.BookInput) { in.DurationMinutes = pointer(0) }},
			{"nobody", "BAD_USER_INPUT attendees", func(in *booking.BookInput) { in.Attendees = nil }},
			{"two", "BAD_USER_INPUT attendees", func(in *booking.BookInput) { in.Attendees = []booking.AttendeeInput{eva, eva} }},
			{"a crowd", "BAD_USER_INPUT attendees", func(in *booking.BookInput) { in.Attendees = slices.Repeat(in.Attendees, 101) }},
			{"two agents", "BAD_USER_INPUT agentIds", func(in *booking.BookInput) { in.AgentIDs = []string{f.ada.ID, f.ada.ID} }},
			{"many agents", "BAD_USER_INPUT agentIds", func(in *booking.BookInput) { in.AgentIDs = make([]string, 51) }},
			{"another event type's agent", "NOT_FOUND agentIds.0", func(in *booking.BookInput) { in.AgentIDs = []string{f.ben.ID} }},
			{"another app's agent", "NOT_FOUND agentIds.0", func(in *booking.BookInput) { in.AgentIDs = []string{other.ada.ID} }},
			{"many references", "BAD_USER_INPUT externalIds", func(in *booking.BookInput) { in.ExternalIDs = make([]string, 51) }},
			{"many notes", "BAD_USER_INPUT notes", func(in *booking.BookInput) { in.Notes = make([]string, 51) }},
			{"many answers", "BAD_USER_INPUT attendees.0.answers", func(in *booking.BookInput) {
				in.Attendees[0].Answers = make([]domain.Answer, 51)
			}},
		}
		before := dump(t, db)
		for _, tt := range tests {
			for _, key := range []*string{nil, pointer("key")} {
				in := f.input(at(10, 0))
				in.IdempotencyKey = key
				tt.change(&in)
				t.Log(tt.name)
				_, err := f.service.Book(f.ctx, in)
				refused(t, err, tt.want)
			}
		}
		unchanged(t, db, before)
	})
}

func TestBookRefusesPeople(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		before := dump(t, db)
		for _, email := range []string{
			"", "eva", "eva@", "@example.org", "Eva <eva@example.org>", "<eva@example.org>", " eva@example.org", "eva@example.org ",
			"eva@example.org\n", "eva@@example.org", "a@b.org,c@d.org", `"eva\"@example.org`, strings.Repeat("a", 320) + "@b.org",
		} {
			in := f.input(at(10, 0))
			in.Attendees[0].Email = email
			_, err := f.service.Book(f.ctx, in)
			t.Logf("e-mail %q", email)
			refused(t, err, "BAD_USER_INPUT attendees.0.email")
		}
		for _, zone := range []string{"", "Local", "Mars/Olympus", "+02:00", "../etc/passwd", "/etc/localtime", "Europe/Berlin\x00", strings.Repeat("a", 65)} {
			in := f.input(at(10, 0))
			in.Attendees[0].TimeZone = &zone
			_, err := f.service.Book(f.ctx, in)
			t.Logf("zone %q", zone)
			refused(t, err, "BAD_USER_INPUT attendees.0.timeZone")
		}
		for _, name := range []string{"", " ", "\n\t"} {
			in := f.input(at(10, 0))
			in.Attendees[0].Name = name
			_, err := f.service.Book(f.ctx, in)
			refused(t, err, "BAD_USER_INPUT attendees.0.name")
		}
		unchanged(t, db, before)
	})
}

// What PostgreSQL cannot keep as JSON, or nobody could read back.
func TestBookRefusesTracking(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		before := dump(t, db)
		for _, v := range []any{
			"\x00", "\xff", []any{"\x00"}, map[string]any{"\x00": 1}, map[string]any{"deep": []any{map[string]any{"\xff": ""}}},
			strings.Repeat("x", 4<<10), math.NaN(), math.Inf(1), json.Number("1e400"), json.Number("not a number"), func() {},
		} {
			in := f.input(at(10, 0))
			in.Tracking = map[string]any{"v": v}
			_, err := f.service.Book(f.ctx, in)
			refused(t, err, "BAD_USER_INPUT tracking")
		}
		unchanged(t, db, before)
		in := f.input(at(10, 0))
		in.Tracking = map[string]any{
			"a": `\u0000`, "b": "\u2028<&>\U0001F600\ufffd", "c": json.Number("123456789012345678901234567890"), "d": math.MaxFloat64,
			"e": json.Number("1e-999999"), "f": nil, "g": []any{true, 0.1}, "": map[string]any{},
		}
		m := must(f.service.Book(f.ctx, in))(t).Meeting
		same(t, "the answer against the database", m, f.whole(m.ID))
		f.last(domain.MeetingBooked, m)
	})
}

// The review takes two hours' notice and is open for thirty days.
func TestWhen(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		notice, horizon, tick := epoch().Add(2*time.Hour), epoch().AddDate(0, 0, 30), time.Millisecond
		ends := []struct {
			start time.Time
			want  string
		}{
			{epoch().Add(-time.Hour), "BAD_USER_INPUT start"},
			{epoch(), "BAD_USER_INPUT start"},
			{notice.Add(-tick), "BAD_USER_INPUT start"},
			{horizon.Add(time.Second), "BAD_USER_INPUT start"},
			{notice.Add(time.Second), ""},
			{horizon.Add(-tick), ""},
		}
		for _, tt := range ends {
			before := dump(t, db)
			in := f.input(tt.start)
			in.EventTypeID = f.review.ID
			b, err := f.service.Book(f.ctx, in)
			t.Log("book", tt.start)
			refused(t, err, tt.want)
			if err != nil {
				unchanged(t, db, before)
				continue
			}
			for _, tt := range ends[:4] {
				before := dump(t, db)
				_, _, err := f.service.Reschedule(f.ctx, booking.RescheduleInput{MeetingID: b.Meeting.ID, Start: tt.start})
				t.Log("reschedule", tt.start)
				refused(t, err, tt.want)
				unchanged(t, db, before)
			}
		}
	})
}
