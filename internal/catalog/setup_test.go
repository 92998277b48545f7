package catalog_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"slotcast/ent"
	"slotcast/ent/host"
	"slotcast/internal/apperr"
	"slotcast/internal/catalog"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/viewer"
)

// fixture is a service and an app that uses it. Its event type "call", of 30
// minutes, is hosted by Ada.
type fixture struct {
	*catalog.Service
	t          *testing.T
	client     *ent.Client
	rows       entdbtest.Rows
	ctx        context.Context // of Ada, the OWNER
	ada        string
	ben, cleo  string
	otherAgent string
	otherType  string
}

func setup(t *testing.T, db *entdb.DB) *fixture {
	t.Helper()
	rows, other := entdbtest.NewRows(t, db.Client), entdbtest.NewRows(t, db.Client)
	f := &fixture{
		Service: catalog.New(db.Client), t: t, client: db.Client, rows: rows,
		ada: rows["Agent"], otherAgent: other["Agent"], otherType: other["EventType"],
	}
	f.ctx = f.as(domain.Owner)
	f.ben, f.cleo = f.agent("Ben"), f.agent("Cleo")
	return f
}

// as is Ada's context in a role.
func (f *fixture) as(role domain.Role) context.Context {
	return viewer.With(f.t.Context(), viewer.Viewer{AppID: f.rows["App"], AgentID: f.ada, Role: role})
}

func (f *fixture) agent(name string) string {
	f.t.Helper()
	return must(f.client.Agent.Create().SetName(name).SetEmail(name + "@example.org").SetTimeZone("UTC").
		SetRole(domain.Member).Save(f.ctx))(f.t).ID
}

// input is the least that an event type needs, and the defaults.
func input() catalog.Input {
	return catalog.Input{
		Name: "Deep dive", Type: domain.Solo, DurationMinutes: 60, HorizonDays: 365, MaxAttendees: 1, HoldMinutes: 15,
		Mode: domain.Online, Active: true,
	}
}

// full says something of everything.
func (f *fixture) full() catalog.Input {
	return catalog.Input{
		Name: "Tasting", Slug: pointer("tasting-2"), Type: domain.Group, AgentIDs: []string{f.cleo, f.ben},
		DurationMinutes: 60, Durations: []int{90, 30}, SlotIntervalMinutes: pointer(15), BufferBeforeMinutes: 5,
		BufferAfterMinutes: 10, MinimumNoticeMinutes: 120, HorizonDays: 30, MaxAttendees: 12, CurrencyCode: pointer("EUR"),
		AmountOnDuration: map[string]any{"30": 12.5, "60": 20, "90": int64(0)}, HoldMinutes: 20, RefundNoticeMinutes: pointer(1440),
		Questions: []domain.Question{
			{Question: "Diet?", Type: domain.QuestionChoice, Required: true, Choices: []string{"any", "vegan"}},
			{Question: "Phone?", Type: domain.QuestionPhone},
		},
		Reminders: []domain.Reminder{{Channel: "EMAIL", BeforeMinutes: 60}, {Channel: "SMS", BeforeMinutes: 60}},
		Mode:      domain.OnSite, ModeNote: pointer("Cellar 1"), Active: false,
	}
}

// read is the event type as the database has it.
func (f *fixture) read(id string) *ent.EventType {
	f.t.Helper()
	et := must(f.client.EventType.Get(f.ctx, id))(f.t)
	et.Edges.Agents = nil
	return et
}

// hosts are an event type's, by agent.
func (f *fixture) hosts(id string) map[string]*ent.Host {
	f.t.Helper()
	out := map[string]*ent.Host{}
	for _, h := range must(f.client.Host.Query().Where(host.EventTypeID(id)).All(f.ctx))(f.t) {
		out[h.AgentID] = h
	}
	return out
}

// dump is all that the service may change, of all apps.
func (f *fixture) dump() string {
	f.t.Helper()
	ctx := viewer.System(f.t.Context())
	types := must(f.client.EventType.Query().Order(ent.Asc("id")).All(ctx))(f.t)
	hosts := must(f.client.Host.Query().Order(ent.Asc("id")).All(ctx))(f.t)
	return fmt.Sprint(types, hosts)
}

// same compares an answer, but for its edges, with what is expected.
func same(t *testing.T, what string, got, want *ent.EventType) {
	t.Helper()
	diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(ent.EventType{}), cmpopts.IgnoreFields(ent.EventType{}, "Edges"),
		cmpopts.EquateEmpty(), cmpopts.EquateApproxTime(0))
	if diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func agentIDs(et *ent.EventType) (ids []string) {
	for _, a := range et.Edges.Agents {
		ids = append(ids, a.ID)
	}
	return ids
}

func pointer[T any](v T) *T { return &v }

// none is a change that takes away.
func none[T any]() **T { return new(*T) }

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

// refused compares an error's code and field, written as "CODE field".
func refused(t *testing.T, what string, err error, want string) {
	t.Helper()
	got := fmt.Sprint(apperr.CodeOf(err))
	if e := apperr.From(err); e != nil && e.Field != "" {
		got += " " + e.Field
	}
	if got != want {
		t.Errorf("%s: got %q (%v), want %q", what, got, err, want)
	}
}
