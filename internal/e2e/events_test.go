package e2e_test

import (
	"context"
	"testing"
	"time"

	"slotcast/internal/app/apptest"
)

// happening is an event as a subscription shows it.
type happening struct {
	ID       string
	Cursor   string
	Trigger  string
	Sequence int
	Meeting  struct{ ID string }
}

const watch = `subscription($after: Cursor) {
	meetingEvents(after: $after) { id cursor trigger sequence meeting { id } }
}`

// opener is one of the two ways to subscribe.
type opener func(ctx context.Context, query string, variables map[string]any) (*apptest.Stream, error)

func openers(c *apptest.Client) map[string]opener {
	return map[string]opener{"WebSocket": c.WebSocket, "SSE": c.EventStream}
}

// follow subscribes behind a cursor; none means from now on.
func follow(t *testing.T, open opener, after string) *apptest.Stream {
	t.Helper()
	variables := map[string]any{}
	if after != "" {
		variables["after"] = after
	}
	s, err := open(t.Context(), watch, variables)
	if err != nil {
		t.Fatalf("subscribing: %v", err)
	}
	t.Cleanup(s.Cut)
	return s
}

func receive(t *testing.T, s *apptest.Stream) happening {
	t.Helper()
	var out struct{ MeetingEvents happening }
	s.Receive(t, &out)
	return out.MeetingEvents
}

// present returns the newest event. It books until a new subscription shows the
// booking: before that it may not have begun.
func (o owner) present(t *testing.T) happening {
	t.Helper()
	s := follow(t, o.WebSocket, "")
	defer s.Cut()
	for n := 24 * 100; ; n++ {
		booked := o.book(t, n)
		var out struct{ MeetingEvents happening }
		for s.Within(t, time.Second, &out) {
			if out.MeetingEvents.Meeting.ID == booked.ID {
				return out.MeetingEvents
			}
		}
	}
}
