package graph_test

import (
	"context"
	"testing"

	entevent "slotcast/ent/event"
	"slotcast/internal/app/apptest"
	"slotcast/internal/viewer"
)

// A subscription whose events are no longer kept says so instead of completing.
func TestSubscriptionEndsWithItsCause(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, before *server) {
		o := before.tenant(t)
		o.book(t, 1)
		o.book(t, 2)
		cursor := before.cursor(t, o, 0)
		_, err := before.client.Event.Delete().Where(entevent.Number(1)).Exec(viewer.System(t.Context()))
		must(t, err)

		later := setup(t, before.db) // it has nothing in memory
		c := apptest.NewClient(later.url, o.Token)
		for name, open := range map[string]func(context.Context, string, map[string]any) (*apptest.Stream, error){
			"WebSocket": c.WebSocket, "SSE": c.EventStream,
		} {
			stream, err := open(t.Context(), events, vars{"after": cursor})
			must(t, err)
			if err := stream.End(t); !apptest.HasCode(err, "CURSOR_EXPIRED") {
				t.Errorf("over %s: %v, want CURSOR_EXPIRED", name, err)
			}
			stream.Cut()
		}
	})
}
