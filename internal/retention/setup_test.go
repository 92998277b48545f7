package retention_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/ent/delivery"
	"slotcast/ent/event"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/retention"
	"slotcast/internal/viewer"
)

const (
	day = 24 * time.Hour
	app = "app_1"
)

// begin is when the partitions of the tests begin.
var begin = time.Date(2026, 2, 25, 0, 0, 0, 0, time.UTC)

// world is a database with a clock.
type world struct {
	t   testing.TB
	ctx context.Context
	db  *entdb.DB
	now time.Time
	n   int64 // events in shard 0
	ids int
}

func newWorld(t testing.TB, db *entdb.DB) *world {
	return &world{t: t, ctx: viewer.System(t.Context()), db: db, now: begin}
}

func (w *world) worker(c retention.Config) *retention.Worker {
	c.DB, c.Now, c.Logger = w.db, func() time.Time { return w.now }, slog.New(slog.DiscardHandler)
	c.Pause = time.Microsecond
	return retention.New(c)
}

func (w *world) run(c retention.Config) retention.Done {
	w.t.Helper()
	done, err := w.worker(c).RunOnce(w.ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	return done
}

func must[T any](w *world, v T, err error) T {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
	return v
}

// event appends one. It is settled.
func (w *world) event(at time.Time, owed ...string) *ent.Event {
	w.t.Helper()
	w.n++
	w.ids++
	if owed == nil {
		owed = []string{}
	}
	e, err := w.db.Client.Event.Create().SetID(fmt.Sprintf("evt_%026d", w.ids)).SetAppID(app).SetShard(0).SetNumber(w.n).
		SetTrigger(domain.MeetingBooked).SetMeetingID("mtg_1").SetSeriesID("mtg_1").SetSequence(int(w.n)).
		SetOccurredAt(at).SetSnapshot("{}").SetOwed(owed).Save(w.ctx)
	must(w, e, err)
	w.settle(w.n)
	must(w, 0, w.db.Client.Shard.UpdateOneID(0).SetHead(w.n).Exec(w.ctx))
	return e
}

func (w *world) settle(n int64) {
	w.t.Helper()
	must(w, 0, w.db.Client.Lease.UpdateOneID(0).SetSettled(n).Exec(w.ctx))
}

func (w *world) delivery(e *ent.Event, webhookID string, status domain.DeliveryStatus, test bool) *ent.Delivery {
	w.t.Helper()
	w.ids++
	d, err := w.db.Client.Delivery.Create().SetID(fmt.Sprintf("dlv_%026d", w.ids)).SetCreatedAt(e.OccurredAt).SetAppID(app).
		SetWebhookID(webhookID).SetEventID(e.ID).SetShard(0).SetNumber(e.Number).SetTrigger(e.Trigger).SetStatus(status).SetTest(test).Save(w.ctx)
	return must(w, d, err)
}

func (w *world) webhook(state domain.WebhookState) string {
	w.t.Helper()
	w.ids++
	h, err := w.db.Client.Webhook.Create().SetID(fmt.Sprintf("whk_%026d", w.ids)).SetAppID(app).SetAgentID("agt_1").
		SetSubscriberURL("https://example.com").SetTriggers([]domain.Trigger{domain.MeetingBooked}).
		SetScope(domain.ScopeOrganization).SetFormat(domain.FormatNative).SetSecret("").SetState(state).Save(w.ctx)
	return must(w, h, err).ID
}

func (w *world) behind(webhookID string, number int64) {
	w.t.Helper()
	must(w, 0, w.db.Client.Backlog.Create().SetID(webhookID).SetShard(0).SetNumber(number).Exec(w.ctx))
}

func (w *world) replay(appID string, status domain.ReplayStatus, number, end int64) *ent.Replay {
	w.t.Helper()
	w.ids++
	r, err := w.db.Client.Replay.Create().SetID(fmt.Sprintf("rpl_%d", w.ids)).SetAppID(appID).SetWebhookID(fmt.Sprintf("whk_r%d", w.ids)).
		SetAgentID("agt_1").SetFrom(begin).SetTo(begin).SetShard(0).SetBegin(0).SetEnd(end).SetNumber(number).SetStatus(status).Save(w.ctx)
	return must(w, r, err)
}

// events are the numbers of those that are there.
func (w *world) events() []int64 {
	w.t.Helper()
	rows, err := w.db.Client.Event.Query().Order(event.ByNumber()).All(w.ctx)
	var numbers []int64
	for _, e := range must(w, rows, err) {
		numbers = append(numbers, e.Number)
	}
	return numbers
}

func (w *world) deliveries() []string {
	w.t.Helper()
	ids, err := w.db.Client.Delivery.Query().Order(delivery.ByID()).IDs(w.ctx)
	return must(w, ids, err)
}

// ahead makes partitions of a day each day up to the given one, and stays there.
func (w *world) ahead(to int) {
	for end := begin.AddDate(0, 0, to); w.now.Before(end); w.now = w.now.Add(day) {
		w.worker(retention.Config{Days: 3}).Prepare(w.ctx)
	}
}

// parts are the partitions of a table, but for the DEFAULT one.
func (w *world) parts(table string) []string {
	w.t.Helper()
	rows, err := w.db.SQL.QueryContext(w.ctx, `SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
		WHERE i.inhparent = to_regclass($1) AND c.relname <> $1 || '_default' ORDER BY 1`, table)
	must(w, rows, err)
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		must(w, 0, rows.Scan(&name))
		names = append(names, name)
	}
	return must(w, names, rows.Err())
}

// in counts the rows of one partition.
func (w *world) in(partition string) (n int) {
	w.t.Helper()
	must(w, 0, w.db.SQL.QueryRowContext(w.ctx, "SELECT count(*) FROM "+partition).Scan(&n))
	return n
}

func same[T comparable](t testing.TB, what string, got, want []T) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}
