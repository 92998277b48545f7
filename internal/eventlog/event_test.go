package eventlog_test

import (
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.uber.org/goleak"

	"slotcast/ent"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/eventlog"
	"slotcast/internal/eventlog/tailtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// values compares entities by what they say, not by how they were loaded.
func values() cmp.Options {
	return cmp.Options{
		cmpopts.IgnoreUnexported(
			ent.Meeting{}, ent.MeetingEdges{}, ent.EventType{}, ent.EventTypeEdges{}, ent.Agent{}, ent.AgentEdges{},
			ent.Attendee{}, ent.AttendeeEdges{}, ent.Payment{}, ent.PaymentEdges{}),
		cmpopts.IgnoreFields(ent.Attendee{}, "Edges"), cmpopts.IgnoreFields(ent.Payment{}, "Edges"),
		cmpopts.EquateEmpty(),
	}
}

func TestSnapshotRoundTrip(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		log, app, _ := setup(t, db, tailtest.Owed)
		written, err := app.Append(t.Context(), log)
		if err != nil {
			t.Fatal(err)
		}
		read, err := log.After(t.Context(), eventlog.Position{Shard: written.Shard}, 1)
		if err != nil {
			t.Fatal(err)
		}
		if read[0].Snapshot != written.Snapshot {
			t.Errorf("the snapshot was written as\n%s\nand read as\n%s", written.Snapshot, read[0].Snapshot)
		}
		got, err := read[0].Meeting()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(app.Meeting, got, values()); diff != "" {
			t.Errorf("the meeting (-want +got):\n%s", diff)
		}
		if got.Edges.Attendees[0].Edges.Meeting != got || got.Edges.Payment.Edges.Meeting != got {
			t.Error("an attendee or the payment does not lead back to its meeting")
		}
	})
}

func TestMeetingIsDecodedOnce(t *testing.T) {
	t.Parallel()
	e := &eventlog.Event{ID: "evt_1", Snapshot: `{"id":"mtg_1","edges":{}}`}
	var all [8]*ent.Meeting
	var group sync.WaitGroup
	for i := range all {
		group.Go(func() { all[i], _ = e.Meeting() })
	}
	group.Wait()
	for _, m := range all {
		if m == nil || m != all[0] || m.ID != "mtg_1" {
			t.Fatalf("readers have %v", all)
		}
	}
}

func TestMeetingOfBrokenSnapshot(t *testing.T) {
	t.Parallel()
	e := &eventlog.Event{ID: "evt_1", Snapshot: `{"id":7}`}
	for range 2 {
		if m, err := e.Meeting(); m != nil || err == nil {
			t.Fatalf("Meeting = %v, %v", m, err)
		}
	}
}
