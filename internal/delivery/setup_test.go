package delivery_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"slotcast/ent"
	entdelivery "slotcast/ent/delivery"
	"slotcast/internal/backoff"
	"slotcast/internal/delivery"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/eventlog"
	"slotcast/internal/eventlog/memtail"
	"slotcast/internal/safehttp"
	"slotcast/internal/signing"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
	"slotcast/internal/webhook"
	"slotcast/internal/wire"
	"slotcast/internal/wire/wiretest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// eventually waits for a condition.
func eventually(t testing.TB, what string, condition func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(40 * time.Second)
	for !condition() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("waited in vain until %s", what)
		}
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
		test(t, newEnv(t, entdb.Config{DataDir: t.TempDir()}, 1))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, newEnv(t, entdb.Config{URL: entdbtest.PostgresURL(t)}, entdbtest.Shards))
	})
}

func newEnv(t testing.TB, c entdb.Config, shards int) *env {
	t.Helper()
	c.MaxConns = 12
	e := &env{t: t, open: func() *entdb.DB {
		db, err := entdb.Open(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		return db
	}}
	e.db = e.open()
	if _, err := e.db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := eventlog.Init(t.Context(), e.db.Client, shards, time.Now()); err != nil {
		t.Fatal(err)
	}
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

// process is a server that delivers.
type process struct {
	*delivery.Worker
	db   *entdb.DB
	stop func() // ends it cleanly, and waits
}

// start runs a process on its own database handle until stop or the test's end.
func (e *env) start(change func(*delivery.Config)) *process {
	e.t.Helper()
	return e.startOn(e.open(), change)
}

func (e *env) startOn(db *entdb.DB, change func(*delivery.Config)) *process {
	e.t.Helper()
	source := memtail.New(false)
	log := openLog(e.t, db, source)
	quiet := slog.New(slog.DiscardHandler)
	tail := eventlog.NewTail(eventlog.TailConfig{Log: log, Source: source, PollAlone: 20 * time.Millisecond, Logger: quiet})
	sender := safehttp.New(safehttp.Config{
		Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, UserAgent: "Slotcast/test", Timeout: 10 * time.Second,
	})
	c := delivery.Config{
		Keys:   entdbtest.Keys(),
		Client: db.Client, Log: log, Tail: tail, HTTP: sender, Clock: db.Now, Logger: quiet,
		Schedule: backoff.Schedule{30 * time.Millisecond, 30 * time.Millisecond, 30 * time.Millisecond},
		Lease:    15 * time.Second, Flush: 5 * time.Millisecond, Poll: 20 * time.Millisecond, Drain: 5 * time.Second, Probe: 20 * time.Millisecond,
	}
	if change != nil {
		change(&c)
	}
	p := &process{Worker: delivery.New(c), db: db}
	tailCtx, stopTail := context.WithCancel(context.WithoutCancel(e.t.Context()))
	ctx, stop := context.WithCancel(tailCtx)
	var tailEnded, ended sync.WaitGroup
	tailEnded.Go(func() { _ = tail.Run(tailCtx) }) // fails where the test cuts its database
	ended.Go(func() {
		if err := p.Run(ctx); err != nil {
			e.t.Errorf("Run = %v", err)
		}
	})
	p.stop = sync.OnceFunc(func() {
		stop()
		ended.Wait()
		stopTail()
		tailEnded.Wait()
		sender.Close()
	})
	e.t.Cleanup(p.stop)
	return p
}

// arrival is one request to a receiver.
type arrival struct {
	id     string
	header http.Header
	body   []byte
	nth    int // of this id: 1, 2, 3
}

// receiver takes webhooks and answers as the test says.
type receiver struct {
	*httptest.Server
	mu   sync.Mutex
	all  []arrival
	seen map[string]int
}

// receive starts a receiver. answer may wait for the request's context; nil
// means 204.
func receive(t testing.TB, answer func(r *http.Request, a arrival) int) *receiver {
	t.Helper()
	rc := &receiver{seen: map[string]int{}}
	rc.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a := arrival{id: r.Header.Get("webhook-id"), header: r.Header.Clone()}
		a.body = make([]byte, r.ContentLength)
		// an error: the sender died in the middle of it
		if _, err := io.ReadFull(r.Body, a.body); err == nil && r.Header.Get(foreignHeader) == "" {
			wiretest.Valid(t, a.body)
		}
		rc.mu.Lock()
		rc.seen[a.id]++
		a.nth = rc.seen[a.id]
		rc.all = append(rc.all, a)
		rc.mu.Unlock()
		status := http.StatusNoContent
		if answer != nil {
			status = answer(r, a)
		}
		if status >= 300 && status < 400 {
			w.Header().Set("Location", "/elsewhere")
		}
		w.WriteHeader(status)
	}))
	t.Cleanup(rc.Close)
	return rc
}

func (rc *receiver) arrivals() []arrival {
	rc.mu.Lock()
	defer rc.mu.Unlock()
	return slices.Clone(rc.all)
}

// firsts returns the ids in the order of their first arrival.
func (rc *receiver) firsts() []string {
	var ids []string
	for _, a := range rc.arrivals() {
		if a.nth == 1 {
			ids = append(ids, a.id)
		}
	}
	return ids
}

// inOrder fails the test unless all events arrived, and each series' in order.
func (rc *receiver) inOrder(t testing.TB, events []*eventlog.Event) {
	t.Helper()
	byID := map[string]*eventlog.Event{}
	for _, ev := range events {
		byID[ev.ID] = ev
	}
	last := map[string]int64{}
	firsts := rc.firsts()
	for _, id := range firsts {
		ev := byID[id]
		if ev == nil {
			t.Fatalf("an unknown event %q arrived", id)
		}
		if ev.Number < last[ev.SeriesID] {
			t.Errorf("event %d of series %s arrived behind %d", ev.Number, ev.SeriesID, last[ev.SeriesID])
		}
		last[ev.SeriesID] = ev.Number
	}
	if len(firsts) != len(events) {
		t.Errorf("%d of %d events arrived", len(firsts), len(events))
	}
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
