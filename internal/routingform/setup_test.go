package routingform_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/ent/event"
	"slotcast/internal/apperr"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/eventlog"
	"slotcast/internal/ratelimit/locallimit"
	"slotcast/internal/routingform"
	"slotcast/internal/viewer"
)

// fixture is a service and an app that uses it, with an event type, and another
// app. The form of NewRows stands aside.
type fixture struct {
	*routingform.Service
	t         *testing.T
	db        *entdb.DB
	client    *ent.Client
	ours      entdbtest.Rows
	theirs    entdbtest.Rows
	ctx       context.Context // of the OWNER
	system    context.Context
	now       time.Time   // of the service and its limits
	broken    atomic.Bool // the events cannot be appended
	published atomic.Int64
}

// each runs a test on every database.
func each(t *testing.T, test func(f *fixture)) {
	t.Helper()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) { test(setup(t, db)) })
}

func setup(t *testing.T, db *entdb.DB) *fixture {
	t.Helper()
	f := &fixture{
		t: t, db: db, client: db.Client, ours: entdbtest.NewRows(t, db.Client), theirs: entdbtest.NewRows(t, db.Client),
		system: viewer.System(t.Context()), now: time.Date(2031, 3, 4, 9, 0, 0, 1234, time.FixedZone("", 3600)),
	}
	f.ctx = f.as(domain.Owner)
	log, err := eventlog.Open(t.Context(), eventlog.Config{Client: db.Client, Owed: f.owed, Publisher: f})
	if err != nil {
		t.Fatal(err)
	}
	clock := func() time.Time { return f.now }
	f.Service = routingform.New(routingform.Config{
		Client: db.Client, Log: log, Limiter: locallimit.New(locallimit.Config{Now: clock}), Now: clock,
	})
	return f
}

func (f *fixture) owed(context.Context, *ent.Tx, *eventlog.Event, *eventlog.Draft) ([]string, error) {
	if f.broken.Load() {
		return nil, errors.New("broken")
	}
	return []string{}, nil
}

// Publish counts the events that others were told of.
func (f *fixture) Publish(events ...*eventlog.Event) { f.published.Add(int64(len(events))) }

// as is the context of our agent in a role.
func (f *fixture) as(role domain.Role) context.Context {
	return viewer.With(f.t.Context(), viewer.Viewer{AppID: f.ours["App"], AgentID: f.ours["Agent"], Role: role})
}

// page is the context of our booking page, in a browser at an address.
func (f *fixture) page(address string) context.Context {
	return viewer.With(at(f.t.Context(), address), viewer.Viewer{AppID: f.ours["App"], Kind: viewer.Page, CredentialID: f.ours["PublishableKey"]})
}

func at(ctx context.Context, address string) context.Context {
	return viewer.WithOrigin(ctx, viewer.Origin{Address: address})
}

// input is a form that asks for everything, and leads by the answers.
func (f *fixture) input() routingform.Input {
	return routingform.Input{
		Name: "Which call?", Status: domain.FormPublished,
		Questions: []domain.Question{
			{Question: "Topic?", Type: domain.QuestionText, Required: true},
			{Question: "How many?", Type: domain.QuestionNumber},
			{Question: "Plan?", Type: domain.QuestionChoice, Choices: []string{"Free", "Team"}},
			{Question: "Mail?", Type: domain.QuestionEmail},
			{Question: "Phone?", Type: domain.QuestionPhone},
		},
		Routes: []domain.FormRoute{
			{
				Match:       domain.MatchAll,
				Conditions:  []domain.FormCondition{{Question: "Plan?", Operator: domain.Equals, Value: "Team"}, {Question: "How many?", Operator: domain.GreaterThan, Value: "9"}},
				Destination: domain.FormDestination{Type: domain.ToEventType, Value: f.ours["EventType"]},
			},
			{
				Match:       domain.MatchAny,
				Conditions:  []domain.FormCondition{{Question: "Topic?", Operator: domain.Contains, Value: "price"}, {Question: "Mail?", Operator: domain.NotAnswered}},
				Destination: url("https://www.example.org/prices"),
			},
		},
		Fallback: pointer(message("Bye.")),
	}
}

func url(s string) domain.FormDestination {
	return domain.FormDestination{Type: domain.ToExternalURL, Value: s}
}

func message(s string) domain.FormDestination {
	return domain.FormDestination{Type: domain.ToCustomMessage, Value: s}
}

func (f *fixture) form() *ent.RoutingForm {
	f.t.Helper()
	return must(f.Create(f.ctx, f.input()))(f.t)
}

// leading is a form that leads everybody to the first of the destinations that is
// there.
func (f *fixture) leading(to ...domain.FormDestination) *ent.RoutingForm {
	f.t.Helper()
	in := routingform.Input{Name: "Lead", Status: domain.FormPublished, Questions: []domain.Question{{Question: "Which?", Type: domain.QuestionText}}}
	for _, d := range to {
		in.Routes = append(in.Routes, domain.FormRoute{Match: domain.MatchAll, Destination: d})
	}
	return must(f.Create(f.ctx, in))(f.t)
}

// eventType makes one more in our app.
func (f *fixture) eventType(slug string) domain.FormDestination {
	f.t.Helper()
	et := must(f.client.EventType.Create().SetAppID(f.ours["App"]).SetName(slug).SetSlug(slug).SetType(domain.Solo).
		SetDurationMinutes(30).Save(f.system))(f.t)
	return domain.FormDestination{Type: domain.ToEventType, Value: et.ID}
}

// said are answers by the texts of their questions: question, answer, question …
func said(words ...string) (out []routingform.AnswerInput) {
	for i := 0; i < len(words); i += 2 {
		out = append(out, routingform.AnswerInput{Question: &words[i], Answer: words[i+1]})
	}
	return out
}

// events are those of submissions, of all apps.
func (f *fixture) events() []*ent.Event {
	f.t.Helper()
	return must(f.client.Event.Query().Where(event.TriggerEQ(domain.RoutingFormSubmitted)).Order(event.ByNumber()).All(f.system))(f.t)
}

// dump is all that the service may change, of all apps.
func (f *fixture) dump() string {
	f.t.Helper()
	forms := must(f.client.RoutingForm.Query().Order(ent.Asc("id")).All(f.system))(f.t)
	submissions := must(f.client.RoutingFormSubmission.Query().Order(ent.Asc("id")).All(f.system))(f.t)
	return fmt.Sprint(forms, submissions, len(f.events()))
}

// keeps makes sure that a call is refused and changes nothing.
func (f *fixture) keeps(what, want string, call func() error) {
	f.t.Helper()
	before := f.dump()
	refused(f.t, what, call(), want)
	if f.dump() != before {
		f.t.Errorf("%s: something changed", what)
	}
}

func pointer[T any](v T) *T { return &v }

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
