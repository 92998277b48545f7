package eventlog_test

import (
	"context"
	"slices"
	"testing"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/eventlog"
)

func TestOwing(t *testing.T) {
	t.Parallel()
	tests := []struct{ webhookID, part, want string }{
		{"whk_1", "", "whk_1"}, // as it was written before there were parts
		{"whk_1", "0001", "whk_1/0001"},
		{"whk_1", "=0002", "whk_1/=0002"},
	}
	for _, tt := range tests {
		owing := eventlog.Owing(tt.webhookID, tt.part)
		if webhookID, part := eventlog.OwedTo(owing); owing != tt.want || webhookID != tt.webhookID || part != tt.part {
			t.Errorf("Owing(%q, %q) = %q, which is read as %q and %q", tt.webhookID, tt.part, owing, webhookID, part)
		}
	}
}

// The seats of one change are owed to the same, so that is asked once; each
// submission is asked about.
func TestOwedIsAskedForEachThing(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		var asked []string
		owed := []string{"whk_1/0001", "whk_1/0002"}
		log, app, _ := setup(t, db, func(_ context.Context, _ *ent.Tx, e *eventlog.Event, d *eventlog.Draft) ([]string, error) {
			asked = append(asked, e.MeetingID+e.AttendeeID)
			if d.Submission != nil {
				asked[len(asked)-1] = d.Submission.ID
			}
			return owed, nil
		})
		tell := func(drafts ...*eventlog.Draft) []*eventlog.Event {
			return must(log.InTx(t.Context(), func(context.Context, *ent.Tx) ([]*eventlog.Draft, error) { return drafts, nil }))(t)
		}
		seat := func(id string) *eventlog.Draft {
			return &eventlog.Draft{Trigger: domain.MeetingBooked, Meeting: app.Meeting, AttendeeID: id}
		}
		form := func(id string) *eventlog.Draft {
			return &eventlog.Draft{Trigger: domain.RoutingFormSubmitted, Submission: &ent.RoutingFormSubmission{ID: id, AppID: app.ID}}
		}
		events := append(tell(seat("att_1"), seat("att_2")), tell(form("rfs_1"), form("rfs_2"))...)
		if want := []string{app.Meeting.ID + "att_1", "rfs_1", "rfs_2"}; !slices.Equal(asked, want) {
			t.Errorf("asked about %v, want %v", asked, want)
		}
		read := must(log.After(t.Context(), eventlog.Position{Shard: events[0].Shard}, 10))(t)
		for i, e := range append(events, read...) {
			if !slices.Equal(e.Owed, owed) {
				t.Errorf("event %d is owed to %v", i, e.Owed)
			}
		}
	})
}

// must returns a value that has to be there: must(call())(t).
func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
