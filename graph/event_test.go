package graph_test

import (
	"strings"
	"testing"

	"entgo.io/contrib/entgql"

	"slotcast/internal/app/apptest"
	"slotcast/internal/eventlog"
)

const events = `subscription($after: Cursor, $where: MeetingEventFilter) {
	meetingEvents(after: $after, where: $where) { id cursor trigger sequence attendee { id } meeting { id } }
}`

type event struct {
	ID, Cursor, Trigger string
	Sequence            int
	Meeting             struct{ ID string }
}

func next(t *testing.T, s *apptest.Stream) event {
	t.Helper()
	var out struct{ MeetingEvents event }
	s.Receive(t, &out)
	return out.MeetingEvents
}

// cursor returns the one behind the given event of the tenant's shard.
func (s *server) cursor(t *testing.T, o *tenant, number int64) string {
	t.Helper()
	return opaque(eventlog.Position{Shard: s.log.ShardOf(o.app.ID), Generation: s.log.Generation(), Number: number})
}

func opaque(p eventlog.Position) string { return scalar(p.Cursor()) }

// scalar writes a cursor as the API does.
func scalar(id string) string {
	var b strings.Builder
	entgql.Cursor[string]{ID: id}.MarshalGQL(&b)
	return strings.Trim(b.String(), `"`)
}

func TestEventsGoOnBehindACursor(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		a, b := o.book(t, 1), o.book(t, 2)
		b2 := o.reschedule(t, b, 3)
		o.cancel(t, b2)
		want := []event{{Trigger: "MEETING_BOOKED", Sequence: 1}, {Trigger: "MEETING_BOOKED", Sequence: 1}, {Trigger: "MEETING_RESCHEDULED", Sequence: 1}, {Trigger: "MEETING_CANCELED", Sequence: 2}}
		for i, id := range []string{a, b, b2, b2} {
			want[i].Meeting.ID = id
		}
		after := s.cursor(t, o, 0)
		for i := range want { // each time a new subscription, behind the event before
			open := o.WebSocket
			if i%2 == 1 {
				open = o.EventStream
			}
			stream, err := open(t.Context(), events, vars{"after": after})
			must(t, err)
			got := next(t, stream)
			stream.Cut()
			after = got.Cursor
			got.ID, got.Cursor = "", ""
			if got != want[i] {
				t.Errorf("event %d: %+v, want %+v", i, got, want[i])
			}
		}
		filtered, err := o.WebSocket(t.Context(), events, vars{"after": s.cursor(t, o, 0), "where": vars{
			"triggers": []string{"MEETING_CANCELED", "MEETING_RESCHEDULED"}, "meetingId": b2,
			"agentIds": []string{o.agent.ID}, "eventTypeIds": []string{o.eventType.ID}, "meetingTypes": []string{"SOLO"},
		}})
		must(t, err)
		defer filtered.Cut()
		if e := next(t, filtered); e.Trigger != "MEETING_RESCHEDULED" {
			t.Errorf("filtered: %+v", e)
		}
		if e := next(t, filtered); e.Trigger != "MEETING_CANCELED" {
			t.Errorf("filtered: %+v", e)
		}
	})
}

func TestBadCursorOfEvents(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		o.book(t, 1)
		shard := s.log.ShardOf(o.app.ID)
		for name, c := range map[string]struct{ cursor, code string }{
			"no base64":             {"%%%", "BAD_USER_INPUT"},
			"empty":                 {"", "BAD_USER_INPUT"},
			"of another list":       {scalar(o.agent.ID), "BAD_USER_INPUT"},
			"from the future":       {s.cursor(t, o, 1000), "BAD_USER_INPUT"},
			"of another shard":      {opaque(eventlog.Position{Shard: shard + 1, Generation: s.log.Generation()}), "BAD_USER_INPUT"},
			"of another generation": {opaque(eventlog.Position{Shard: shard, Generation: 7}), "CURSOR_EXPIRED"},
		} {
			for transport, open := range map[string]func() (*apptest.Stream, error){
				"WebSocket": func() (*apptest.Stream, error) { return o.WebSocket(t.Context(), events, vars{"after": c.cursor}) },
				"SSE":       func() (*apptest.Stream, error) { return o.EventStream(t.Context(), events, vars{"after": c.cursor}) },
			} {
				stream, err := open()
				must(t, err)
				err = stream.End(t)
				stream.Cut()
				if !apptest.HasCode(err, c.code) {
					t.Errorf("%s over %s: %v, want %s", name, transport, err, c.code)
				}
			}
		}
	})
}
