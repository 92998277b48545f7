package delivery_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"runtime"
	"strconv"
	"testing"
	"time"

	"go.uber.org/goleak"

	"slotcast/ent"
	entdelivery "slotcast/ent/delivery"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/eventlog"
	"slotcast/internal/eventlog/memtail"
	"slotcast/internal/signing"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
	"slotcast/internal/webhook"
	"slotcast/internal/wire"
)

func TestMain(m *testing.M) {
	if err := atOnce(3 * runtime.GOMAXPROCS(0)); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

// atOnce lets some more tests run at once than there are processors, unless the
// command line says how many: they wait most of the time.
func atOnce(tests int) error {
	const name = "test.parallel"
	flag.Parse()
	chosen := false
	flag.Visit(func(f *flag.Flag) { chosen = chosen || f.Name == name })
	if chosen {
		return nil
	}
	return flag.Set(name, strconv.Itoa(tests))
}

// eventually waits for a condition. The longer that takes, the less often it
// looks.
func eventually(t testing.TB, what string, condition func() bool) {
	t.Helper()
	began := time.Now()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		<-timer.C
		if condition() {
			return
		}
		waited := time.Since(began)
		if waited > time.Minute {
			t.Fatalf("waited in vain until %s", what)
		}
		timer.Reset(min(3*time.Millisecond+waited/16, 40*time.Millisecond))
	}
}

// env is a database, and an app whose events are to be delivered.
type env struct {
	t       testing.TB
	open    func() *entdb.DB // another handle on the database
	db      *entdb.DB
	log     *eventlog.Log // of a process that delivers nothing
	app     *ent.App
	meeting *ent.Meeting // as a pattern
}

// each runs a test on both databases.
func each(t *testing.T, test func(t *testing.T, e *env)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, newEnv(t, entdb.Config{DataDir: entdbtest.SQLiteDir(t)}))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, newEnv(t, entdb.Config{URL: entdbtest.PostgresURL(t)}))
	})
}

func newEnv(t testing.TB, c entdb.Config) *env {
	t.Helper()
	c.MaxConns = 6
	e := &env{t: t, open: func() *entdb.DB {
		db, err := entdb.Open(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		return db
	}}
	e.db = e.open()
	e.log = openLog(t, e.db, memtail.New(false))
	e.app, e.meeting = newApp(t, e.db.Client)
	return e
}

func openLog(t testing.TB, db *entdb.DB, publisher eventlog.Publisher) *eventlog.Log {
	t.Helper()
	log, err := eventlog.Open(t.Context(), eventlog.Config{Client: db.Client, Owed: webhook.Owed, Body: wire.Kept, Publisher: publisher})
	if err != nil {
		t.Fatal(err)
	}
	return log
}

func newApp(t testing.TB, client *ent.Client) (*ent.App, *ent.Meeting) {
	t.Helper()
	ctx := viewer.System(t.Context())
	app := client.App.Create().SetName("App").SaveX(ctx)
	agent := client.Agent.Create().SetAppID(app.ID).SetName("Ada").SetEmail("ada@example.com").
		SetTimeZone("UTC").SetRole(domain.Owner).SaveX(ctx)
	kind := client.EventType.Create().SetAppID(app.ID).SetName("Call").SetSlug("call").
		SetType(domain.Solo).SetDurationMinutes(30).SaveX(ctx)
	start := time.Date(2031, 3, 4, 10, 0, 0, 0, time.UTC)
	m := &ent.Meeting{
		AppID: app.ID, EventTypeID: kind.ID, Start: start, End: start.Add(30 * time.Minute), DurationMinutes: 30,
		TimeZone: "UTC", Status: domain.Active, Type: domain.Solo, EventName: kind.Name, EventSlug: kind.Slug, MaxAttendees: 1,
	}
	m.Edges.EventType, m.Edges.Agents = kind, []*ent.Agent{agent}
	return app, m
}

// series makes a meeting that is told about.
func (e *env) series() *ent.Meeting {
	m := *e.meeting
	m.ID = typeid.New(typeid.Meeting)
	m.SeriesID = m.ID
	return &m
}

// append appends the next event about a meeting.
func (e *env) append(m *ent.Meeting) *eventlog.Event {
	e.t.Helper()
	m.Sequence++
	events, err := e.log.InTx(e.t.Context(), func(context.Context, *ent.Tx) ([]*eventlog.Draft, error) {
		return []*eventlog.Draft{{Trigger: domain.MeetingBooked, Meeting: m}}, nil
	})
	if err != nil {
		e.t.Fatalf("appending: %v", err)
	}
	return events[0]
}

// webhook makes a webhook of the app, signed with the secret.
func (e *env) webhook(url string) *ent.Webhook {
	e.t.Helper()
	return e.db.Client.Webhook.Create().SetAppID(e.app.ID).SetAgentID(e.meeting.Edges.Agents[0].ID).
		SetSubscriberURL(url).SetTriggers([]domain.Trigger{domain.MeetingBooked}).SetScope(domain.ScopeOrganization).
		SetFormat(domain.FormatNative).SetSecret(signing.NewSecret()).SetSecretHeader("X-Token").
		SetHeaders(map[string]string{"X-Fixed": "yes"}).SaveX(viewer.System(e.t.Context()))
}

// row begins a row about a part of an event, as a worker writes it.
func (e *env) row(w *ent.Webhook, ev *eventlog.Event, part string) *ent.DeliveryCreate {
	return e.db.Client.Delivery.Create().SetID(typeid.Derive(typeid.Delivery, ev.ID, w.ID, part)).SetCreatedAt(ev.OccurredAt).
		SetAppID(ev.AppID).SetWebhookID(w.ID).SetEventID(ev.ID).SetPart(part).SetShard(ev.Shard).SetNumber(ev.Number).
		SetTrigger(ev.Trigger).SetStatus(domain.DeliveryPending)
}

func (e *env) deliveries(w *ent.Webhook) []*ent.Delivery {
	e.t.Helper()
	return e.db.Client.Delivery.Query().Where(entdelivery.WebhookID(w.ID)).Order(entdelivery.ByNumber()).
		AllX(viewer.System(e.t.Context()))
}

// count counts the rows of a webhook with a status.
func (e *env) count(w *ent.Webhook, status domain.DeliveryStatus) int {
	e.t.Helper()
	return e.db.Client.Delivery.Query().Where(entdelivery.WebhookID(w.ID), entdelivery.StatusEQ(status)).
		CountX(viewer.System(e.t.Context()))
}

// await waits until a webhook has a number of rows with a status, and no others.
func (e *env) await(w *ent.Webhook, status domain.DeliveryStatus, n int) []*ent.Delivery {
	e.t.Helper()
	eventually(e.t, fmt.Sprintf("%d deliveries are %s", n, status), func() bool { return e.count(w, status) == n })
	rows := e.deliveries(w)
	if len(rows) != n {
		e.t.Fatalf("there are %d deliveries, want %d", len(rows), n)
	}
	return rows
}

// settled waits until the watermark of the app's shard is at the head.
func (e *env) settled() {
	e.t.Helper()
	ctx := viewer.System(e.t.Context())
	shard := e.log.ShardOf(e.app.ID)
	head, err := e.log.Head(ctx, shard)
	if err != nil {
		e.t.Fatal(err)
	}
	eventually(e.t, "the watermark is at the head", func() bool {
		return e.db.Client.Lease.GetX(ctx, shard).Settled == head.Number
	})
}

func mustJSON(t testing.TB, b []byte) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatalf("the body is not JSON: %v", err)
	}
	return v
}
