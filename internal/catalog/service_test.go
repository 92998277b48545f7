package catalog_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slotcast/ent"
	"slotcast/internal/apperr"
	"slotcast/internal/catalog"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/viewer"
)

func TestCreate(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		least := must(f.Create(f.ctx, input()))(t)
		want := &ent.EventType{
			ID: least.ID, CreatedAt: least.CreatedAt, UpdatedAt: least.UpdatedAt, AppID: f.rows["App"],
			Name: "Deep dive", Slug: "deep-dive", Type: domain.Solo, DurationMinutes: 60, HorizonDays: 365, MaxAttendees: 1,
			Mode: domain.Online, HoldMinutes: 15, Active: true,
		}
		same(t, "the least", least, want)
		same(t, "its row", f.read(least.ID), want)
		if ids := agentIDs(least); !slices.Equal(ids, []string{f.ada}) {
			t.Errorf("the agents are %v, want the viewer's", ids)
		}

		in := f.full()
		full := must(f.Create(f.ctx, in))(t)
		want = &ent.EventType{
			ID: full.ID, CreatedAt: full.CreatedAt, UpdatedAt: full.UpdatedAt, AppID: f.rows["App"],
			Name: in.Name, Slug: *in.Slug, Type: in.Type, DurationMinutes: 60, Durations: []int{30, 60, 90},
			SlotIntervalMinutes: in.SlotIntervalMinutes, BufferBeforeMinutes: 5, BufferAfterMinutes: 10,
			MinimumNoticeMinutes: 120, HorizonDays: 30, MaxAttendees: 12, CurrencyCode: in.CurrencyCode,
			AmountOnDuration: map[string]int64{"30": 1250, "60": 2000, "90": 0}, HoldMinutes: 20,
			RefundNoticeMinutes: in.RefundNoticeMinutes, Questions: in.Questions, Reminders: in.Reminders,
			Mode: domain.OnSite, ModeNote: in.ModeNote,
		}
		same(t, "the full one", full, want)
		same(t, "its row", f.read(full.ID), want)
		if ids := agentIDs(full); !slices.Equal(ids, []string{f.ben, f.cleo}) {
			t.Errorf("the agents are %v, want them by id", ids)
		}
		if hosts := slices.Sorted(maps.Keys(f.hosts(full.ID))); !slices.Equal(hosts, []string{f.ben, f.cleo}) {
			t.Errorf("the hosts are %v", hosts)
		}
		if diff := cmp.Diff([]int{90, 30}, in.Durations); diff != "" {
			t.Errorf("the caller's list changed:\n%s", diff)
		}
	})
}

// Every change alone leaves all else as it is.
func TestUpdate(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		want := must(f.Create(f.ctx, f.full()))(t)
		questions := []domain.Question{{Question: "Why?", Type: domain.QuestionText}}
		for _, step := range []struct {
			name    string
			changes catalog.Changes
			apply   func(et *ent.EventType)
		}{
			{"nothing", catalog.Changes{}, func(*ent.EventType) {}},
			{"name", catalog.Changes{Name: pointer("X")}, func(et *ent.EventType) { et.Name = "X" }},
			{"slug", catalog.Changes{Slug: pointer("x")}, func(et *ent.EventType) { et.Slug = "x" }},
			{"its own slug", catalog.Changes{Slug: pointer("x")}, func(*ent.EventType) {}},
			{"default duration", catalog.Changes{DurationMinutes: pointer(90)}, func(et *ent.EventType) { et.DurationMinutes = 90 }},
			{"prices", catalog.Changes{AmountOnDuration: &map[string]any{"30": 1, "60": 2, "90": 3.33}}, func(et *ent.EventType) {
				et.AmountOnDuration = map[string]int64{"30": 100, "60": 200, "90": 333}
			}},
			{"currency", catalog.Changes{CurrencyCode: pointer(pointer("KWD"))}, func(et *ent.EventType) {
				et.CurrencyCode, et.AmountOnDuration = pointer("KWD"), map[string]int64{"30": 1000, "60": 2000, "90": 3330}
			}},
			{"durations and prices", catalog.Changes{Durations: []int{90, 10}, AmountOnDuration: &map[string]any{"10": 1, "90": 2}}, func(et *ent.EventType) {
				et.Durations, et.AmountOnDuration = []int{10, 90}, map[string]int64{"10": 1000, "90": 2000}
			}},
			{"no price", catalog.Changes{AmountOnDuration: &map[string]any{}}, func(et *ent.EventType) {
				et.CurrencyCode, et.AmountOnDuration = nil, nil
			}},
			{"durations with a new default", catalog.Changes{DurationMinutes: pointer(20), Durations: []int{40}}, func(et *ent.EventType) {
				et.DurationMinutes, et.Durations = 20, []int{20, 40}
			}},
			{"no durations", catalog.Changes{Durations: []int{}}, func(et *ent.EventType) { et.Durations = nil }},
			{"any default duration", catalog.Changes{DurationMinutes: pointer(25)}, func(et *ent.EventType) { et.DurationMinutes = 25 }},
			{"slot interval", catalog.Changes{SlotIntervalMinutes: pointer(pointer(5))}, func(et *ent.EventType) { et.SlotIntervalMinutes = pointer(5) }},
			{"no slot interval", catalog.Changes{SlotIntervalMinutes: none[int]()}, func(et *ent.EventType) { et.SlotIntervalMinutes = nil }},
			{"buffers", catalog.Changes{BufferBeforeMinutes: pointer(0), BufferAfterMinutes: pointer(0)}, func(et *ent.EventType) {
				et.BufferBeforeMinutes, et.BufferAfterMinutes = 0, 0
			}},
			{"notice", catalog.Changes{MinimumNoticeMinutes: pointer(0)}, func(et *ent.EventType) { et.MinimumNoticeMinutes = 0 }},
			{"horizon", catalog.Changes{HorizonDays: pointer(3650)}, func(et *ent.EventType) { et.HorizonDays = 3650 }},
			{"seats", catalog.Changes{MaxAttendees: pointer(1000)}, func(et *ent.EventType) { et.MaxAttendees = 1000 }},
			{"hold", catalog.Changes{HoldMinutes: pointer(1)}, func(et *ent.EventType) { et.HoldMinutes = 1 }},
			{"refund notice", catalog.Changes{RefundNoticeMinutes: pointer(pointer(0))}, func(et *ent.EventType) { et.RefundNoticeMinutes = pointer(0) }},
			{"no refund", catalog.Changes{RefundNoticeMinutes: none[int]()}, func(et *ent.EventType) { et.RefundNoticeMinutes = nil }},
			{"questions", catalog.Changes{Questions: questions}, func(et *ent.EventType) { et.Questions = questions }},
			{"no questions", catalog.Changes{Questions: []domain.Question{}}, func(et *ent.EventType) { et.Questions = nil }},
			{"no reminders", catalog.Changes{Reminders: []domain.Reminder{}}, func(et *ent.EventType) { et.Reminders = nil }},
			{"mode", catalog.Changes{Mode: pointer(domain.Phone)}, func(et *ent.EventType) { et.Mode = domain.Phone }},
			{"no mode note", catalog.Changes{ModeNote: none[string]()}, func(et *ent.EventType) { et.ModeNote = nil }},
			{"on", catalog.Changes{Active: pointer(true)}, func(et *ent.EventType) { et.Active = true }},
			{"off", catalog.Changes{Active: pointer(false)}, func(et *ent.EventType) { et.Active = false }},
		} {
			got, err := f.Update(f.ctx, want.ID, step.changes)
			if err != nil {
				t.Errorf("%s: %v", step.name, err)
				continue
			}
			step.apply(want)
			want.UpdatedAt = got.UpdatedAt
			same(t, step.name, got, want)
			same(t, step.name+", its row", f.read(want.ID), want)
			if ids := agentIDs(got); !slices.Equal(ids, []string{f.ben, f.cleo}) {
				t.Errorf("%s: the agents are %v", step.name, ids)
			}
		}
	})
}

func TestArchive(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		et := must(f.Create(f.ctx, input()))(t)
		got := must(f.Archive(f.ctx, et.ID))(t)
		if got.Active || got.ArchivedAt == nil || time.Since(*got.ArchivedAt).Abs() > time.Minute || !slices.Equal(agentIDs(got), []string{f.ada}) {
			t.Errorf("archived: %v of %v", got, agentIDs(got))
		}
		et.Active, et.ArchivedAt, et.UpdatedAt = false, got.ArchivedAt, got.UpdatedAt
		same(t, "the row", f.read(et.ID), et)

		before := f.dump()
		_, err := f.Archive(f.ctx, et.ID)
		refused(t, "archive again", err, "CONFLICT")
		_, err = f.Update(f.ctx, et.ID, catalog.Changes{Active: pointer(true)})
		refused(t, "update", err, "CONFLICT")
		if f.dump() != before {
			t.Error("something changed")
		}

		again := must(f.Create(f.ctx, input()))(t)
		if again.Slug != "deep-dive" {
			t.Errorf("the slug is %s, though it is free again", again.Slug)
		}
		must(f.Archive(f.ctx, again.ID))(t) // two archived ones may have one slug
	})
}

func TestRoles(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		id, before := f.rows["EventType"], f.dump()
		nobody := f.t.Context()
		calls := map[string]func() [3]error{
			"FORBIDDEN": func() [3]error {
				_, c := f.Create(f.as(domain.Member), input())
				_, u := f.Update(f.as(domain.Member), id, catalog.Changes{Name: pointer("X")})
				_, a := f.Archive(f.as(domain.Member), id)
				return [3]error{c, u, a}
			},
			"UNAUTHENTICATED": func() [3]error {
				_, c := f.Create(nobody, input())
				_, u := f.Update(nobody, id, catalog.Changes{Name: pointer("X")})
				_, a := f.Archive(nobody, id)
				return [3]error{c, u, a}
			},
		}
		for want, call := range calls {
			for _, err := range call() {
				refused(t, want, err, want)
				if err == nil || !strings.Contains(err.Error(), " ") {
					t.Errorf("%v has no words", err)
				}
			}
		}
		_, err := f.Create(viewer.System(t.Context()), input())
		refused(t, "the server itself", err, "FORBIDDEN")
		if f.dump() != before {
			t.Error("something changed")
		}
		admin := f.as(domain.Admin)
		et := must(f.Create(admin, input()))(t)
		must(f.Update(admin, et.ID, catalog.Changes{Name: pointer("X")}))(t)
		must(f.Archive(admin, et.ID))(t)
	})
}

// What belongs to another app is as if it were not there.
func TestOtherApps(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		before := f.dump()
		for id, want := range map[string]string{
			f.otherType: "NOT_FOUND id", "ety_none": "NOT_FOUND id", "": "NOT_FOUND id", f.ada: "NOT_FOUND id",
			"\x00": "BAD_USER_INPUT id", "\xff": "BAD_USER_INPUT id", strings.Repeat("x", 201): "BAD_USER_INPUT id",
		} {
			_, err := f.Update(f.ctx, id, catalog.Changes{Name: pointer("X")})
			refused(t, "update "+id, err, want)
			_, err = f.Archive(f.ctx, id)
			refused(t, "archive "+id, err, want)
		}
		in := input()
		in.AgentIDs = []string{f.ada, f.otherAgent}
		_, err := f.Create(f.ctx, in)
		refused(t, "create with another app's agent", err, "NOT_FOUND agentIds.1")
		_, err = f.Update(f.ctx, f.rows["EventType"], catalog.Changes{AgentIDs: []string{f.otherAgent}})
		refused(t, "update with another app's agent", err, "NOT_FOUND agentIds.0")
		if f.dump() != before {
			t.Error("something changed")
		}
		in = input()
		in.Slug = pointer("call") // the other app has one of that slug too
		_, err = f.Create(f.ctx, in)
		refused(t, "a slug of our own", err, "BAD_USER_INPUT slug")
	})
}

// An error of the database is no news for a caller.
func TestDatabaseGone(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		_, c := f.Create(f.ctx, input())
		_, u := f.Update(f.ctx, f.rows["EventType"], catalog.Changes{})
		_, a := f.Archive(f.ctx, f.rows["EventType"])
		for _, err := range []error{c, u, a} {
			if apperr.CodeOf(err) != apperr.Internal {
				t.Errorf("got %v", err)
			}
		}
	})
}
