package live_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"entgo.io/ent/dialect"
	"github.com/google/go-cmp/cmp"

	"slotcast/ent"
	"slotcast/ent/meeting"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/eventlog"
	"slotcast/internal/eventlog/memtail"
	"slotcast/internal/fanout"
	"slotcast/internal/live"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

// noon is when the clock of these tests begins: every window reaches over it.
func noon() time.Time { return time.Date(2031, 3, 4, 11, 59, 58, 0, time.UTC) }

// desk is a log with dashboards over it, at a time that the test says.
type desk struct {
	t          testing.TB
	client     *ent.Client
	statements *atomic.Int64 // of client
	log        *eventlog.Log
	tail       *faulty
	changes    *live.Changes
	boards     *live.Dashboards
	clock      atomic.Int64
}

func (d *desk) now() time.Time { return time.UnixMicro(d.clock.Load()).UTC() }

// pass lets time go on.
func (d *desk) pass(by time.Duration) {
	d.clock.Add(by.Microseconds())
	d.boards.Poke()
}

// desks runs a test on both databases.
func desks(t *testing.T, test func(t *testing.T, d *desk)) {
	t.Helper()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) { test(t, newDesk(t, db)) })
}

func newDesk(t testing.TB, db *entdb.DB, change ...func(*live.DashboardsConfig)) *desk {
	t.Helper()
	d := &desk{t: t, changes: live.NewChanges(), statements: &atomic.Int64{}}
	d.client = ent.NewClient(ent.Driver(dialect.DebugWithContext(db.Driver, func(context.Context, ...any) { d.statements.Add(1) })))
	d.clock.Store(noon().UnixMicro())
	source := memtail.New(true)
	var err error
	d.log, err = eventlog.Open(t.Context(), eventlog.Config{Client: db.Client, Publisher: source, Owed: nobody, Now: d.now})
	need(t, err)
	tail := eventlog.NewTail(eventlog.TailConfig{Log: d.log, Source: source, Window: 8, Logger: slog.New(slog.DiscardHandler)})
	d.tail = &faulty{Tail: tail}
	run(t, tail.Run)
	d.boards = d.others(change...)
	return d
}

// others are dashboards besides, which have counted nothing.
func (d *desk) others(change ...func(*live.DashboardsConfig)) *live.Dashboards {
	c := live.DashboardsConfig{
		Client: d.client, Log: d.log, Tail: d.tail, Changes: d.changes, Every: time.Millisecond, Linger: -1,
		Now: d.now, Logger: slog.New(slog.DiscardHandler),
	}
	for _, f := range change {
		f(&c)
	}
	boards := live.NewDashboards(c)
	run(d.t, boards.Run)
	return boards
}

// run runs a part until the test has ended.
func run(t testing.TB, part func(context.Context) error) {
	t.Helper()
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	var ended sync.WaitGroup
	ended.Go(func() {
		if err := part(ctx); err != nil && ctx.Err() == nil {
			t.Errorf("Run = %v", err)
		}
	})
	t.Cleanup(func() { stop(); ended.Wait() })
}

func need(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// office is an app with two agents, who have a webhook each.
type office struct {
	*desk
	id, kind string
	agents   []string
	hooks    []string // the first is the app's, the second the second agent's own
	meetings []*ent.Meeting
	messages []*ent.Delivery
}

func (d *desk) office() *office {
	d.t.Helper()
	ctx := viewer.System(d.t.Context())
	o := &office{desk: d, id: d.client.App.Create().SetName("App").SaveX(ctx).ID}
	for i, name := range []string{"ada", "ben"} {
		a := d.client.Agent.Create().SetAppID(o.id).SetName(name).SetEmail(name + "@example.org").SetTimeZone("UTC").SetRole(domain.Member).SaveX(ctx)
		h := d.client.Webhook.Create().SetAppID(o.id).SetAgentID(a.ID).SetSubscriberURL("https://example.org").SetTriggers([]domain.Trigger{}).
			SetScope([]domain.WebhookScope{domain.ScopeOrganization, domain.ScopeUser}[i]).SetFormat(domain.FormatNative).SetSecret("x").SaveX(ctx)
		o.agents, o.hooks = append(o.agents, a.ID), append(o.hooks, h.ID)
	}
	o.kind = d.client.EventType.Create().SetAppID(o.id).SetName("Call").SetSlug("call").SetType(domain.Solo).SetDurationMinutes(30).SaveX(ctx).ID
	return o
}

// as is a context on behalf of somebody of the office.
func (o *office) as(role domain.Role, agent int, scopes ...domain.TokenScope) context.Context {
	return viewer.With(o.t.Context(), viewer.Viewer{AppID: o.id, AgentID: o.agents[agent], Role: role, Scopes: viewer.ScopesOf(scopes)})
}

func (o *office) owner() context.Context { return o.as(domain.Owner, 0) }

// tell changes rows and appends an event in one transaction.
func (o *office) tell(change func(ctx context.Context, tx *ent.Tx) *eventlog.Draft) {
	o.t.Helper()
	_, err := o.log.InTx(viewer.System(o.t.Context()), func(ctx context.Context, tx *ent.Tx) ([]*eventlog.Draft, error) {
		return []*eventlog.Draft{change(ctx, tx)}, nil
	})
	need(o.t, err)
}

// insert makes a meeting of some agents.
func (o *office) insert(ctx context.Context, tx *ent.Tx, start time.Time, previous *ent.Meeting, agents ...int) *ent.Meeting {
	id := typeid.New(typeid.Meeting)
	create := tx.Meeting.Create().SetID(id).SetSeriesID(id).SetAppID(o.id).SetEventTypeID(o.kind).SetStart(start).SetEnd(start.Add(time.Hour)).
		SetDurationMinutes(60).SetTimeZone("UTC").SetStatus(domain.Active).SetType(domain.Solo).SetEventName("Call").SetEventSlug("call").
		SetMaxAttendees(1).SetActiveAttendees(1)
	if previous != nil {
		create.SetPreviousID(previous.ID)
	}
	create.SaveX(ctx)
	for _, i := range agents {
		tx.AgentSlot.Create().SetAppID(o.id).SetMeetingID(id).SetAgentID(o.agents[i]).SetBusyFrom(start).SetBusyUntil(start.Add(time.Hour)).SetLive(false).ExecX(ctx)
	}
	return o.whole(ctx, tx, id)
}

func (o *office) whole(ctx context.Context, tx *ent.Tx, id string) *ent.Meeting {
	return tx.Meeting.Query().Where(meeting.ID(id)).WithEventType().WithAgents().WithAttendees().WithPayment().OnlyX(ctx)
}

// book books a meeting with some agents.
func (o *office) book(start time.Time, agents ...int) *ent.Meeting {
	o.t.Helper()
	var m *ent.Meeting
	o.tell(func(ctx context.Context, tx *ent.Tx) *eventlog.Draft {
		m = o.insert(ctx, tx, start, nil, agents...)
		return &eventlog.Draft{Trigger: domain.MeetingBooked, Meeting: m}
	})
	o.meetings = append(o.meetings, m)
	return m
}

// turn puts a meeting into another status, and tells of it.
func (o *office) turn(m *ent.Meeting, to domain.MeetingStatus, trigger domain.Trigger) {
	o.t.Helper()
	o.tell(func(ctx context.Context, tx *ent.Tx) *eventlog.Draft {
		tx.Meeting.UpdateOneID(m.ID).SetStatus(to).ExecX(ctx)
		return &eventlog.Draft{Trigger: trigger, Meeting: o.whole(ctx, tx, m.ID)}
	})
}

// move reschedules a meeting.
func (o *office) move(m *ent.Meeting, start time.Time, agents ...int) {
	o.t.Helper()
	var next *ent.Meeting
	o.tell(func(ctx context.Context, tx *ent.Tx) *eventlog.Draft {
		tx.Meeting.UpdateOneID(m.ID).SetStatus(domain.Rescheduled).ExecX(ctx)
		next = o.insert(ctx, tx, start, m, agents...)
		return &eventlog.Draft{Trigger: domain.MeetingRescheduled, Meeting: next, Previous: o.whole(ctx, tx, m.ID)}
	})
	o.meetings = append(slices.DeleteFunc(o.meetings, func(x *ent.Meeting) bool { return x == m }), next)
}

// submit submits a routing form.
func (o *office) submit() {
	o.t.Helper()
	o.tell(func(context.Context, *ent.Tx) *eventlog.Draft {
		return &eventlog.Draft{
			Trigger:    domain.RoutingFormSubmitted,
			Submission: &ent.RoutingFormSubmission{ID: typeid.New(typeid.FormSubmission), AppID: o.id},
		}
	})
}

// send makes a delivery about something that happened now.
func (o *office) send(hook int, test bool) *ent.Delivery {
	o.t.Helper()
	least, _ := typeid.Bounds(typeid.Delivery, o.now())
	id := least[:len("dlv_")+10] + typeid.New(typeid.Delivery)[len("dlv_")+10:]
	m := o.client.Delivery.Create().SetID(id).SetAppID(o.id).SetWebhookID(o.hooks[hook]).SetEventID(typeid.New(typeid.Event)).SetCreatedAt(o.now()).
		SetShard(0).SetNumber(1).SetTrigger(domain.MeetingBooked).SetStatus(domain.DeliveryPending).SetTest(test).SaveX(viewer.System(o.t.Context()))
	o.messages = append(o.messages, m)
	o.changes.Tell(o.id, m.ID)
	return m
}

// try is an attempt at a delivery, which leaves it in a status; no code is no
// answer.
func (o *office) try(m *ent.Delivery, to domain.DeliveryStatus, code int, ms int64) {
	o.t.Helper()
	was := o.client.Delivery.GetX(viewer.System(o.t.Context()), m.ID)
	update := o.client.Delivery.UpdateOneID(m.ID).SetStatus(to).AddAttemptCount(1).
		SetAttempts(append(was.Attempts, domain.Attempt{At: o.now(), StatusCode: code, LatencyMS: ms})).ClearStatusCode()
	if code != 0 {
		update.SetStatusCode(code)
	}
	update.ExecX(viewer.System(o.t.Context()))
	o.changes.Tell(o.id, m.ID)
}

// board is a dashboard that somebody watches.
type board struct {
	t     testing.TB
	feed  fanout.Feed
	place int64
	last  *live.Dashboard
}

func (o *office) watch(ctx context.Context, boards *live.Dashboards, w live.Window, zone string) *board {
	o.t.Helper()
	feed, err := boards.Feed(ctx, w, zone)
	need(o.t, err)
	return &board{t: o.t, feed: feed}
}

// next waits for another state.
func (b *board) next() *live.Dashboard {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), patience)
	defer cancel()
	items, at, err := b.feed.Read(ctx, b.place, 10)
	if err != nil || len(items) != 1 || items[0].Place != at || at <= b.place {
		b.t.Fatalf("behind %d: %d states, %d, %v; the last was %s", b.place, len(items), at, err, said(b.last))
	}
	b.place, b.last = at, items[0].Value.(*live.Dashboard)
	return b.last
}

// said is a state without its points.
func said(d *live.Dashboard) string {
	if d == nil {
		return "none"
	}
	short := *d
	short.Points = nil
	return fmt.Sprintf("%+v %+v", short, d.Deliveries)
}

// until waits for a state that is as it should be.
func (b *board) until(is func(d *live.Dashboard) bool) {
	b.t.Helper()
	for b.last == nil || !is(b.last) {
		b.next()
	}
}

// wants waits for a state with these figures. What comes instead, for good, is
// shown.
func (b *board) wants(want live.Dashboard) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), patience)
	defer cancel()
	for b.last == nil || !cmp.Equal(want, b.last.Bare()) {
		items, at, err := b.feed.Read(ctx, b.place, 1)
		if err != nil {
			b.t.Fatalf("%v (-want +got):\n%s", err, cmp.Diff(want, b.last.Bare()))
		}
		b.place, b.last = at, items[0].Value.(*live.Dashboard)
	}
}

func (d *desk) zone(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	need(d.t, err)
	return zone
}
