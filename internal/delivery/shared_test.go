package delivery_test

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"entgo.io/ent/dialect"

	"slotcast/ent"
	"slotcast/internal/delivery"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/signing"
	"slotcast/internal/viewer"
)

// counting is a database that counts what is read of it outside of transactions:
// all statements, and those that read the log.
type counting struct {
	dialect.Driver
	all, log atomic.Int64
}

func (c *counting) Query(ctx context.Context, query string, args, v any) error {
	c.all.Add(1)
	if text := strings.NewReplacer("`", "", `"`, "").Replace(query); strings.Contains(text, "FROM events") {
		c.log.Add(1)
	}
	return c.Driver.Query(ctx, query, args, v)
}

// crowd makes webhooks of the app for meetings that are moved.
func (e *env) crowd(url string, n int) []*ent.Webhook {
	e.t.Helper()
	all := make([]*ent.WebhookCreate, n)
	for i := range all {
		all[i] = e.db.Client.Webhook.Create().SetAppID(e.app.ID).SetAgentID(e.meeting.Edges.Agents[0].ID).
			SetSubscriberURL(url).SetTriggers([]domain.Trigger{domain.MeetingRescheduled}).SetScope(domain.ScopeOrganization).
			SetFormat(domain.FormatNative).SetSecret(signing.NewSecret()).SetHeaders(map[string]string{foreignHeader: "without who moved it"})
	}
	var hooks []*ent.Webhook
	for some := range slices.Chunk(all, 100) {
		hooks = append(hooks, e.db.Client.Webhook.CreateBulk(some...).SaveX(viewer.System(e.t.Context()))...)
	}
	return hooks
}

// leaveBehind makes the tables say that webhooks are behind, from the begin of the
// log on, and their runner is not.
func (e *env) leaveBehind(hooks []*ent.Webhook, head int64) {
	e.t.Helper()
	ctx := viewer.System(e.t.Context())
	shard := e.log.ShardOf(e.app.ID)
	for some := range slices.Chunk(hooks, 500) {
		rows := make([]*ent.BacklogCreate, len(some))
		for i, hook := range some {
			rows[i] = e.db.Client.Backlog.Create().SetID(hook.ID).SetShard(shard).SetNumber(0)
		}
		e.db.Client.Backlog.CreateBulk(rows...).ExecX(ctx)
	}
	e.db.Client.Lease.UpdateOneID(shard).SetSettled(head).ExecX(ctx)
}

// However many webhooks are behind at once, the log is read once for all of them.
// What else is read is a few lines for each, and not for each of its events. Which
// database it is makes no difference to that.
func TestLanesThatAreBehindShareTheLog(t *testing.T) {
	t.Parallel()
	const lanes, pages = 1000, 4
	e := newEnv(t, entdb.Config{DataDir: entdbtest.SQLiteDir(t)})
	rc := receive(t, nil)
	m := e.seated(1)
	e.append(m)
	e.burst(45, 11) // owed to nobody
	hooks := e.crowd(rc.URL, lanes)
	_, last := e.move(m)
	e.leaveBehind(hooks, last.Number)
	if read := (last.Number + delivery.PageSize - 1) / delivery.PageSize; read != pages {
		t.Fatalf("%d events are %d pages", last.Number, read)
	}

	db := e.open()
	counter := &counting{Driver: db.Driver}
	db.Client = ent.NewClient(ent.Driver(counter))
	e.startOn(db, nil)
	eventually(t, "none is behind", func() bool { return e.db.Client.Backlog.Query().CountX(viewer.System(t.Context())) == 0 })
	if n := counter.log.Load(); n < pages || n > 2*pages {
		t.Errorf("the log was read %d times for %d pages", n, pages)
	}
	if n := counter.all.Load(); n > 20*lanes { // those that look for what is due, as time goes by, included
		t.Errorf("%d statements for %d webhooks that were %d events behind", n, lanes, last.Number)
	}
	if n := len(rc.arrivals()); n != lanes {
		t.Errorf("%d messages came, want %d", n, lanes)
	}
}
