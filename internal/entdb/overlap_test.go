package entdb_test

import (
	"context"
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/sqlerr"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

// The agent of the fixture is busy from 10:00 to 10:30.
func TestSlotsOfAnAgentDoNotOverlap(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		ctx := viewer.System(t.Context())
		rows := entdbtest.NewRows(t, db.Client)
		colleague, err := db.Client.Agent.Create().SetAppID(rows["App"]).SetName("Eve").SetEmail("eve@example.com").
			SetTimeZone("UTC").SetRole(domain.Member).Save(ctx)
		if err != nil {
			t.Fatal(err)
		}
		const second = time.Second
		tests := []struct {
			name        string
			from, until time.Duration // from 10:00
			agent       string
			dead        bool
			overlaps    bool
		}{
			{name: "the same time", until: 30 * time.Minute, overlaps: true},
			{name: "across the start", from: -time.Minute, until: second, overlaps: true},
			{name: "across the end", from: 30*time.Minute - second, until: time.Hour, overlaps: true},
			{name: "a fraction across the end", from: 30*time.Minute - time.Microsecond, until: time.Hour, overlaps: true},
			{name: "a fraction across the start", from: -time.Hour, until: time.Microsecond, overlaps: true},
			{name: "inside", from: time.Minute, until: 2 * time.Minute, overlaps: true},
			{name: "around", from: -time.Hour, until: time.Hour, overlaps: true},
			{name: "not live", until: 30 * time.Minute, dead: true},
			{name: "of a colleague", until: 30 * time.Minute, agent: colleague.ID},
			{name: "up to the start", from: -time.Hour, until: 0},
			{name: "from the end", from: 30 * time.Minute, until: time.Hour},
			{name: "another day", from: 24 * time.Hour, until: 25 * time.Hour},
		}
		for _, test := range tests {
			agent := test.agent
			if agent == "" {
				agent = rows["Agent"]
			}
			save := func(live bool) (*ent.AgentSlot, error) {
				// in another zone: only the instant counts
				start := entdbtest.Start().In(time.FixedZone("", 5*3600))
				return db.Client.AgentSlot.Create().SetAppID(rows["App"]).SetAgentID(agent).
					SetMeetingID(another(ctx, t, db.Client, rows)).SetBusyFrom(start.Add(test.from)).
					SetBusyUntil(start.Add(test.until)).SetLive(live).Save(ctx)
			}
			slot, err := save(!test.dead)
			judge(t, test.name+", inserted", err, test.overlaps)
			if err == nil {
				if err := db.Client.AgentSlot.DeleteOne(slot).Exec(ctx); err != nil {
					t.Fatal(err)
				}
			}
			if slot, err = save(false); err != nil {
				t.Fatalf("%s: a slot that is not live: %v", test.name, err)
			}
			err = slot.Update().SetLive(!test.dead).Exec(ctx)
			judge(t, test.name+", updated", err, test.overlaps)
			if err == nil { // an update of a live slot does not meet itself
				judge(t, test.name+", updated again", slot.Update().SetLive(!test.dead).Exec(ctx), false)
				if err := slot.Update().SetLive(false).Exec(ctx); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}

func judge(t *testing.T, name string, err error, overlaps bool) {
	t.Helper()
	if overlaps != (err != nil) {
		t.Errorf("%s: %v, want an overlap: %t", name, err, overlaps)
		return
	}
	overlap := sqlerr.Constraint{Name: "agent_slot_overlap"}
	other := sqlerr.Constraint{Name: "meeting_seats", Columns: "agent_slots.meeting_id"}
	if overlaps && (!sqlerr.Violates(err, overlap) || sqlerr.Violates(err, other) || sqlerr.Retryable(err)) {
		t.Errorf("%s: %v is not recognised for what it is", name, err)
	}
}

// another makes a further meeting of the same app: one has one slot per agent.
func another(ctx context.Context, t *testing.T, c *ent.Client, rows entdbtest.Rows) string {
	t.Helper()
	id, start := typeid.New(typeid.Meeting), entdbtest.Start()
	err := c.Meeting.Create().SetID(id).SetSeriesID(id).SetAppID(rows["App"]).SetEventTypeID(rows["EventType"]).
		SetStart(start).SetEnd(start.Add(time.Hour)).SetDurationMinutes(60).SetTimeZone("UTC").
		SetStatus(domain.Active).SetType(domain.Solo).SetEventName("Call").SetEventSlug("call").
		SetMaxAttendees(1).SetActiveAttendees(1).Exec(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestConstraintsAreRecognised(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		ctx := viewer.System(t.Context())
		rows := entdbtest.NewRows(t, db.Client)
		twice := db.Client.Payment.Create().SetAppID(rows["App"]).SetMeetingID(rows["Meeting"]).SetAmountMinor(1).
			SetCurrencyCode("EUR").SetStatus(domain.PaymentDone).Exec(ctx)
		full := db.Client.Meeting.UpdateOneID(rows["Meeting"]).AddActiveAttendees(1).Exec(ctx)
		unique := sqlerr.Constraint{Name: "payments_meeting_id_key", Columns: "payments.meeting_id"}
		seats := sqlerr.Constraint{Name: "meeting_seats"}
		for _, test := range []struct {
			name string
			err  error
			c    sqlerr.Constraint
			want bool
		}{
			{"a second payment", twice, unique, true},
			{"a second payment", twice, seats, false},
			{"one seat too many", full, seats, true},
			{"one seat too many", full, unique, false},
			{"no error", nil, seats, false},
			{"another error", context.Canceled, seats, false},
		} {
			if got := sqlerr.Violates(test.err, test.c); got != test.want {
				t.Errorf("%s: Violates(%v, %s) = %t", test.name, test.err, test.c.Name, got)
			}
		}
	})
}
