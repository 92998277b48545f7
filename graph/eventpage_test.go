package graph_test

import (
	"testing"
	"time"

	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

const log = `query($after: Cursor, $first: Int, $where: EventWhereInput) { events(after: $after, first: $first, where: $where) {
	edges { cursor node { id cursor trigger meeting { id } } }
	pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
} }`

// logPage is a page of the log.
type logPage struct {
	Edges []struct {
		Cursor string
		Node   event
	}
	PageInfo struct {
		HasNextPage            bool
		StartCursor, EndCursor *string
	}
}

func (o *tenant) log(t *testing.T, variables vars) logPage {
	t.Helper()
	var out struct{ Events logPage }
	o.Do(t, log, variables, &out)
	return out.Events
}

// TestLog: cursors are those of the subscription, in both directions.
func TestLog(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o, other := s.tenant(t), s.tenant(t)
		empty := o.log(t, nil)
		if len(empty.Edges) != 0 || empty.PageInfo.HasNextPage || empty.PageInfo.StartCursor != nil || empty.PageInfo.EndCursor == nil {
			t.Errorf("an empty log: %+v", empty)
		}
		first, second := o.book(t, 1), o.book(t, 2)
		other.book(t, 1)
		o.cancel(t, first)
		page := o.log(t, vars{"first": 2, "after": *empty.PageInfo.EndCursor})
		if len(page.Edges) != 2 || page.Edges[0].Node.Meeting.ID != first || page.Edges[1].Node.Meeting.ID != second ||
			!page.PageInfo.HasNextPage || *page.PageInfo.EndCursor != page.Edges[1].Cursor || page.Edges[1].Node.Cursor != page.Edges[1].Cursor {
			t.Errorf("the first page: %+v", page)
		}
		stream, err := o.WebSocket(t.Context(), events, vars{"after": *page.PageInfo.EndCursor})
		must(t, err)
		defer stream.Cut()
		live := next(t, stream)
		page = o.log(t, vars{"after": *page.PageInfo.EndCursor})
		if len(page.Edges) != 1 || page.Edges[0].Node.ID != live.ID || page.PageInfo.HasNextPage {
			t.Errorf("behind it: %+v, and live %+v", page, live)
		}
		if page = o.log(t, vars{"after": live.Cursor}); len(page.Edges) != 0 || page.PageInfo.HasNextPage {
			t.Errorf("behind the subscription's: %+v", page)
		}
		for _, tt := range []struct {
			where vars
			want  int
		}{
			{vars{"triggers": []string{"MEETING_CANCELED"}}, 1}, {vars{"meetingId": first}, 2}, {vars{"eventTypeIds": []string{o.eventType.ID}}, 3},
			{vars{"occurredAtLT": time.Now().Add(-time.Hour)}, 0}, {vars{"occurredAtGTE": time.Now().Add(-time.Hour)}, 3},
			{vars{"meetingId": first, "triggers": []string{"MEETING_BOOKED"}, "occurredAtLT": time.Now().Add(time.Hour)}, 1},
		} {
			if page = o.log(t, vars{"where": tt.where}); len(page.Edges) != tt.want || page.PageInfo.HasNextPage {
				t.Errorf("where %v: %+v", tt.where, page)
			}
		}
	})
}

func TestBadLogs(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o, other := s.tenant(t), s.tenant(t)
		theirs := other.book(t, 1)
		shard := s.log.ShardOf(o.app.ID)
		where := func(name, field string, value any, code, at string) badInput {
			return badInput{name, log, vars{"where": vars{field: value}}, code, at}
		}
		for _, c := range []badInput{
			{"no cursor", log, vars{"after": "%%"}, "BAD_USER_INPUT", "after"},
			{"a cursor of another list", log, vars{"after": scalar(o.agent.ID)}, "BAD_USER_INPUT", "after"},
			{"a cursor from the future", log, vars{"after": s.cursor(t, o, 1000)}, "BAD_USER_INPUT", "after"},
			{"a cursor of another generation", log, vars{"after": opaque(eventlog.Position{Shard: shard, Generation: 7})}, "CURSOR_EXPIRED", ""},
			{"less than nothing", log, vars{"first": -1}, "BAD_USER_INPUT", "first"},
			where("of an unknown trigger", "triggers", []string{"X"}, "BAD_USER_INPUT", "triggers.0"),
			where("of no meeting", "meetingId", typeid.New(typeid.Meeting), "NOT_FOUND", "where.meetingId"),
			where("of another app's meeting", "meetingId", theirs, "NOT_FOUND", "where.meetingId"),
			where("of another app's event type", "eventTypeIds", []string{other.eventType.ID}, "NOT_FOUND", "where.eventTypeIds.0"),
			where("from no time", "occurredAtGTE", "now", "BAD_USER_INPUT", "where.occurredAtGTE"),
		} {
			o.refused(t, c)
		}
		s.as(t, o, viewer.Viewer{Scopes: viewer.ScopesOf([]domain.TokenScope{domain.WebhooksRead})}).
			refused(t, badInput{"by a token for webhooks", log, nil, "FORBIDDEN", ""})
	})
}
