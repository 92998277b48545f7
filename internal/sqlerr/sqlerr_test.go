package sqlerr_test

import (
	"database/sql"
	"errors"
	"fmt"
	"testing"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"

	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/sqlerr"
	"slotcast/internal/viewer"
)

// setup returns the errors of an overlapping slot and of a slug used twice.
func setup(t *testing.T, db *entdb.DB) (overlap, slug error) {
	t.Helper()
	ctx, rows := viewer.System(t.Context()), entdbtest.NewRows(t, db.Client)
	m, err := db.Client.Meeting.Get(ctx, rows["Meeting"])
	if err != nil {
		t.Fatal(err)
	}
	next, err := db.Client.Meeting.Create().SetID("mtg_2").SetSeriesID("mtg_2").SetAppID(m.AppID).SetEventTypeID(m.EventTypeID).
		SetStart(m.Start).SetEnd(m.End).SetDurationMinutes(30).SetTimeZone("UTC").SetStatus(m.Status).SetType(m.Type).
		SetEventName("x").SetEventSlug("x").SetMaxAttendees(1).SetActiveAttendees(1).Save(ctx)
	if err != nil {
		t.Fatal(err)
	}
	overlap = db.Client.AgentSlot.Create().SetAppID(m.AppID).SetMeetingID(next.ID).SetAgentID(rows["Agent"]).
		SetBusyFrom(m.Start).SetBusyUntil(m.End).Exec(ctx)
	slug = db.Client.EventType.Create().SetAppID(m.AppID).SetName("Call").SetSlug("call").SetType(m.Type).
		SetDurationMinutes(30).Exec(ctx)
	return overlap, slug
}

func TestViolates(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		overlap, slug := setup(t, db)
		slots := sqlerr.Constraint{Name: "agent_slot_overlap"}
		slugs := sqlerr.Constraint{Name: "eventtype_app_id_slug", Columns: "event_types.slug"}
		for _, tt := range []struct {
			err          error
			slots, slugs bool
		}{
			{overlap, true, false},
			{fmt.Errorf("booking: %w", overlap), true, false},
			{slug, false, true},
			{errors.New("agent_slot_overlap event_types.slug"), false, false},
			{nil, false, false},
		} {
			if sqlerr.Violates(tt.err, slots) != tt.slots || sqlerr.Violates(tt.err, slugs) != tt.slugs {
				t.Errorf("%v: want %v, %v", tt.err, tt.slots, tt.slugs)
			}
			if sqlerr.Retryable(tt.err) {
				t.Errorf("%v is called retryable", tt.err)
			}
		}
	})
}

// Two writers, of which the second does not wait.
func TestRetryableBusy(t *testing.T) {
	t.Parallel()
	db, err := sql.Open("sqlite", "file:"+t.TempDir()+"/busy.db?_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	first, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.BeginTx(t.Context(), nil); err == nil || !sqlerr.Retryable(fmt.Errorf("beginning: %w", err)) {
		t.Errorf("the second writer: %v", err)
	}
	if err := first.Rollback(); err != nil {
		t.Fatal(err)
	}
}

func TestRetryable(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]bool{"40001": true, "40P01": true, "23505": false, "57014": false} {
		err := fmt.Errorf("committing: %w", &pq.Error{Code: pqerror.Code(code)})
		if sqlerr.Retryable(err) != want {
			t.Errorf("%s: want %v", code, want)
		}
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]bool{
		"21000": true, "22003": true, "23505": true, "23514": true, "": false, "40001": false, "57014": false, "08006": false, "53100": false,
	} {
		if err := fmt.Errorf("writing: %w", &pq.Error{Code: pqerror.Code(code)}); sqlerr.Refused(err) != want {
			t.Errorf("%s: want %v", code, want)
		}
	}
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		_, slug := setup(t, db)
		ctx := viewer.System(t.Context())
		_, unknown := db.SQL.ExecContext(ctx, "SELECT * FROM nothing")
		if !sqlerr.Refused(slug) || sqlerr.Refused(unknown) || sqlerr.Refused(nil) {
			t.Errorf("of %v, %v and nil the first alone is refused", slug, unknown)
		}
	})
}
