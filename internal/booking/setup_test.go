package booking_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/ent/event"
	"slotcast/internal/apperr"
	"slotcast/internal/booking"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/eventlog"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
	"slotcast/internal/webhook"
)

// clock starts at epoch and goes on by a step with each look at it.
type clock struct {
	step  time.Duration
	looks atomic.Int64
}

func (c *clock) now() time.Time { return epoch().Add(time.Duration(c.looks.Add(1)) * c.step) }

func epoch() time.Time { return time.Date(2031, 3, 4, 9, 0, 0, 0, time.UTC) }

// at is a time of the day behind epoch.
func at(hour, minute int) time.Time {
	return epoch().AddDate(0, 0, 1).Truncate(24 * time.Hour).Add(time.Duration(hour*60+minute) * time.Minute)
}

// published counts the events that others were told of.
type published struct{ n atomic.Int64 }

func (p *published) Publish(events ...*eventlog.Event) { p.n.Add(int64(len(events))) }

// fixture is a service and an app that uses it.
type fixture struct {
	*tenant
	t         *testing.T
	db        *entdb.DB
	service   *booking.Service
	clock     *clock
	published *published
}

func setup(t *testing.T, db *entdb.DB) *fixture {
	t.Helper()
	f := &fixture{t: t, db: db, clock: &clock{step: time.Microsecond}, published: &published{}}
	log, err := eventlog.Open(t.Context(), eventlog.Config{
		Client: db.Client, Owed: webhook.Owed, Publisher: f.published, Now: f.clock.now,
	})
	if err != nil {
		t.Fatal(err)
	}
	f.service = booking.New(booking.Config{Client: db.Client, Log: log, Keys: entdbtest.Keys(), Now: f.clock.now})
	f.tenant = newTenant(t, db.Client)
	return f
}

// tenant is an app with two agents. The first is its viewer and hosts the event
// type "call", of 30 minutes; the second hosts "review", of 60.
type tenant struct {
	ctx          context.Context // of the viewer
	app          string
	ada, ben     *ent.Agent
	call, review *ent.EventType
}

func newTenant(t *testing.T, c *ent.Client) *tenant {
	t.Helper()
	ctx := viewer.System(t.Context())
	app := must(c.App.Create().SetName("App").Save(ctx))(t)
	agent := func(name, zone string, role domain.Role) *ent.Agent {
		return must(c.Agent.Create().SetAppID(app.ID).SetName(name).SetEmail(name + "@example.org").
			SetTimeZone(zone).SetRole(role).Save(ctx))(t)
	}
	n := &tenant{app: app.ID, ada: agent("Ada", "Europe/Berlin", domain.Owner), ben: agent("Ben", "UTC", domain.Member)}
	n.ctx = viewer.With(t.Context(), viewer.Viewer{AppID: app.ID, AgentID: n.ada.ID, Role: domain.Owner})
	n.call = must(c.EventType.Create().SetAppID(app.ID).SetName("Call").SetSlug("call").SetType(domain.Solo).
		SetDurationMinutes(30).SetModeNote("by phone").
		SetReminders([]domain.Reminder{{Channel: "EMAIL", BeforeMinutes: 60}}).Save(ctx))(t)
	n.review = must(c.EventType.Create().SetAppID(app.ID).SetName("Review").SetSlug("review").SetType(domain.Solo).
		SetDurationMinutes(60).SetMinimumNoticeMinutes(120).SetHorizonDays(30).Save(ctx))(t)
	for et, a := range map[*ent.EventType]*ent.Agent{n.call: n.ada, n.review: n.ben} {
		must(c.Host.Create().SetAppID(app.ID).SetEventTypeID(et.ID).SetAgentID(a.ID).Save(ctx))(t)
	}
	return n
}

// eventType makes one more event type, hosted by Ada, after a change.
func (f *fixture) eventType(change func(*ent.EventTypeCreate)) *ent.EventType {
	f.t.Helper()
	ctx := viewer.System(f.t.Context())
	create := f.db.Client.EventType.Create().SetAppID(f.app).SetName("More").SetSlug(typeid.New("more")).
		SetType(domain.Solo).SetDurationMinutes(30)
	change(create)
	et := must(create.Save(ctx))(f.t)
	must(f.db.Client.Host.Create().SetAppID(f.app).SetEventTypeID(et.ID).SetAgentID(f.ada.ID).Save(ctx))(f.t)
	return et
}

// input asks for a call.
func (n *tenant) input(start time.Time) booking.BookInput {
	return booking.BookInput{
		EventTypeID: n.call.ID, Start: start, CreateByContact: true,
		Attendees: []booking.AttendeeInput{{Name: "Eva", Email: "eva@example.org"}},
	}
}

func (f *fixture) book(start time.Time) *ent.Meeting {
	f.t.Helper()
	return must(f.service.Book(f.ctx, f.input(start)))(f.t).Meeting
}

// read is the meeting as its app sees it now.
func (f *fixture) read(id string) *ent.Meeting {
	f.t.Helper()
	return must(f.db.Client.Meeting.Get(f.ctx, id))(f.t)
}

// events are the app's, in order.
func (f *fixture) events() []*ent.Event {
	f.t.Helper()
	return must(f.db.Client.Event.Query().Order(event.ByNumber()).All(f.ctx))(f.t)
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

func pointer[T any](v T) *T { return &v }

// refused compares an error's code and field, written as "CODE field".
func refused(t *testing.T, err error, want string) {
	t.Helper()
	got := fmt.Sprint(apperr.CodeOf(err))
	if e := apperr.From(err); e != nil && e.Field != "" {
		got += " " + e.Field
	}
	if got != want {
		t.Errorf("got %q (%v), want %q", got, err, want)
	}
}
