package redelivery_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"go.uber.org/goleak"

	"slotcast/ent"
	"slotcast/ent/auditentry"
	"slotcast/internal/apperr"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/eventlog"
	"slotcast/internal/eventlog/memtail"
	"slotcast/internal/ratelimit/locallimit"
	"slotcast/internal/redelivery"
	"slotcast/internal/sealing"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
	"slotcast/internal/webhook"
	"slotcast/internal/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// env is a service on a database of its own, with an app and its owner.
type env struct {
	*redelivery.Service
	t      *testing.T
	db     *entdb.DB
	log    *eventlog.Log
	keys   *sealing.Ring
	system context.Context
	owner  context.Context
	app    *ent.App
	agent  *ent.Agent
	kind   *ent.EventType
	now    time.Time // when events happen; zero: now
}

func links() wire.Links {
	return wire.Links{Base: "https://api.example.org", Booking: "https://book.example.org"}
}

func each(t *testing.T, test func(t *testing.T, e *env)) {
	t.Helper()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		e := &env{t: t, db: db, system: viewer.System(t.Context()), keys: entdbtest.Keys()}
		clock := func() time.Time {
			if e.now.IsZero() {
				return time.Now()
			}
			return e.now
		}
		var err error
		e.log, err = eventlog.Open(t.Context(), eventlog.Config{Client: db.Client, Owed: webhook.Owed, Publisher: memtail.New(false), Now: clock})
		must(t, err)
		e.Service = redelivery.New(redelivery.Config{
			Client: db.Client, Log: e.log, Keys: e.keys, Links: links(), UserAgent: "Slotcast/test", Limiter: locallimit.New(locallimit.Config{}),
		})
		e.app = db.Client.App.Create().SetName("App").SaveX(e.system)
		e.agent = e.person(e.app, domain.Owner)
		e.kind = e.sort("call")
		e.owner = e.as(e.agent)
		test(t, e)
	})
}

// telling is a service that tells which deliveries it has changed.
func (e *env) telling(tell func(appID string, ids ...string)) *redelivery.Service {
	return redelivery.New(redelivery.Config{Client: e.db.Client, Log: e.log, Keys: e.keys, Links: links(), Tell: tell})
}

func (e *env) person(app *ent.App, role domain.Role) *ent.Agent {
	return e.db.Client.Agent.Create().SetAppID(app.ID).SetName("Ada").SetEmail(typeid.New("x") + "@example.com").
		SetTimeZone("UTC").SetRole(role).SaveX(e.system)
}

func (e *env) sort(slug string) *ent.EventType {
	return e.db.Client.EventType.Create().SetAppID(e.app.ID).SetName("Call").SetSlug(slug).
		SetType(domain.Solo).SetDurationMinutes(30).SaveX(e.system)
}

// as is the context of an agent, with a token for all or for some scopes.
func (e *env) as(a *ent.Agent, scopes ...domain.TokenScope) context.Context {
	v := viewer.Viewer{AppID: a.AppID, AgentID: a.ID, Role: a.Role}
	if len(scopes) > 0 {
		v.Scopes = viewer.ScopesOf(scopes)
	}
	return viewer.With(e.t.Context(), v)
}

// hook begins a webhook of the app that chose everything.
func (e *env) hook() *ent.WebhookCreate {
	id := typeid.New(typeid.Webhook)
	secret, err := e.keys.Seal("open sesame", id)
	must(e.t, err)
	return e.db.Client.Webhook.Create().SetID(id).SetAppID(e.app.ID).SetAgentID(e.agent.ID).SetSubscriberURL("https://example.com/" + id).
		SetTriggers(triggers()).SetScope(domain.ScopeOrganization).SetFormat(domain.FormatNative).SetSecret(secret)
}

func triggers() (all []domain.Trigger) {
	for _, name := range domain.Trigger("").Values() {
		all = append(all, domain.Trigger(name))
	}
	return all
}

// meeting is one of the app that can be told of. It is in the database, with its
// host, as far as filters and rules go by it.
func (e *env) meeting(hosts ...*ent.Agent) *ent.Meeting {
	id, start := typeid.New(typeid.Meeting), entdbtest.Start()
	if len(hosts) == 0 {
		hosts = []*ent.Agent{e.agent}
	}
	m := e.db.Client.Meeting.Create().SetID(id).SetSeriesID(id).SetAppID(e.app.ID).SetEventTypeID(e.kind.ID).
		SetStart(start).SetEnd(start.Add(30 * time.Minute)).SetDurationMinutes(30).SetTimeZone("UTC").
		SetStatus(domain.Active).SetType(domain.Solo).SetEventName("Call").SetEventSlug("call").
		SetMaxAttendees(1).SetActiveAttendees(1).SaveX(e.system)
	for _, a := range hosts {
		e.db.Client.AgentSlot.Create().SetAppID(e.app.ID).SetMeetingID(id).SetAgentID(a.ID).SetLive(false).
			SetBusyFrom(m.Start).SetBusyUntil(m.End).ExecX(e.system)
	}
	m.Edges.EventType, m.Edges.Agents = e.kind, hosts
	m.Edges.Attendees = []*ent.Attendee{{
		ID: typeid.New(typeid.Attendee), AppID: e.app.ID, MeetingID: id, Name: "Bob", Email: "bob@example.com", TimeZone: "UTC",
		Status: domain.AttendeeActive,
	}}
	return m
}

// tell appends an event of a meeting.
func (e *env) tell(m *ent.Meeting, t domain.Trigger) *eventlog.Event {
	e.t.Helper()
	m.Sequence++
	events, err := e.log.InTx(e.t.Context(), func(context.Context, *ent.Tx) ([]*eventlog.Draft, error) {
		return []*eventlog.Draft{{Trigger: t, Meeting: m}}, nil
	})
	must(e.t, err)
	return events[0]
}

// delivery begins the row of an event's only message.
func (e *env) delivery(w *ent.Webhook, of *eventlog.Event) *ent.DeliveryCreate {
	return e.db.Client.Delivery.Create().SetID(typeid.Derive(typeid.Delivery, of.ID, w.ID, "")).SetAppID(w.AppID).
		SetWebhookID(w.ID).SetEventID(of.ID).SetCreatedAt(of.OccurredAt).SetTrigger(of.Trigger).
		SetShard(of.Shard).SetNumber(of.Number).SetStatus(domain.DeliveryDelivered)
}

// audited are the audit log's actions about a row, in order.
func (e *env) audited(target string) (actions []domain.AuditAction) {
	for _, a := range e.db.Client.AuditEntry.Query().Where(auditentry.TargetID(target)).Order(ent.Asc(auditentry.FieldID)).AllX(e.system) {
		actions = append(actions, a.Action)
	}
	return actions
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
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
