package live_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/internal/apperr"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/fanout"
	"slotcast/internal/live"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

// awaits waits for a condition.
func awaits(t *testing.T, what string, condition func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	late := time.After(patience)
	for !condition() {
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// shown is an app with deliveries that are watched.
type shown struct {
	t       *testing.T
	db      *entdb.DB
	rows    entdbtest.Rows
	changes *live.Changes
	of      *live.Deliveries
	system  context.Context
}

func show(t *testing.T, db *entdb.DB, changes *live.Changes) *shown {
	t.Helper()
	return &shown{
		t: t, db: db, rows: entdbtest.NewRows(t, db.Client), changes: changes, system: viewer.System(t.Context()),
		of: live.NewDeliveries(live.DeliveriesConfig{Client: db.Client, Changes: changes, Join: time.Millisecond, Logger: slog.New(slog.DiscardHandler)}),
	}
}

// as is the context of an agent of the app.
func (s *shown) as(agentID string, role domain.Role) context.Context {
	return viewer.With(s.t.Context(), viewer.Viewer{AppID: s.rows["App"], AgentID: agentID, Role: role})
}

func (s *shown) owner() context.Context { return s.as(s.rows["Agent"], domain.Owner) }

// hook makes a webhook of the app.
func (s *shown) hook(agentID string, scope domain.WebhookScope) string {
	s.t.Helper()
	return s.db.Client.Webhook.Create().SetAppID(s.rows["App"]).SetAgentID(agentID).SetSubscriberURL("https://example.com/" + typeid.New("x")).
		SetTriggers([]domain.Trigger{domain.MeetingBooked}).SetScope(scope).SetFormat(domain.FormatNative).SetSecret("s").
		SaveX(s.system).ID
}

// send makes a delivery, and does not tell.
func (s *shown) send(webhookID string) string {
	s.t.Helper()
	event := typeid.New(typeid.Event)
	return s.db.Client.Delivery.Create().SetID(typeid.Derive(typeid.Delivery, event, webhookID, "")).SetAppID(s.rows["App"]).
		SetWebhookID(webhookID).SetEventID(event).SetTrigger(domain.MeetingBooked).SetShard(0).SetNumber(1).
		SetStatus(domain.DeliveryPending).SaveX(s.system).ID
}

// becomes changes a delivery, and does not tell.
func (s *shown) becomes(id string, status domain.DeliveryStatus) {
	s.t.Helper()
	s.db.Client.Delivery.UpdateOneID(id).SetStatus(status).ExecX(s.system)
}

func (s *shown) tell(ids ...string) { s.changes.Tell(s.rows["App"], ids...) }

func (s *shown) feed(ctx context.Context, webhookID *string) (fanout.Feed, int64) {
	s.t.Helper()
	feed, place, err := s.of.Feed(ctx, webhookID)
	if err != nil {
		s.t.Fatalf("Feed = %v", err)
	}
	return feed, place
}

// read reads until there are items, and returns them as "id status".
func read(ctx context.Context, t *testing.T, feed fanout.Feed, behind int64, limit int) (got []string, items []fanout.Item, at int64) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for at = behind; len(items) == 0; {
		var err error
		if items, at, err = feed.Read(ctx, at, limit); err != nil {
			t.Fatalf("Read = %v", err)
		}
	}
	for _, item := range items {
		d := item.Value.(*ent.Delivery)
		got = append(got, fmt.Sprint(d.ID, " ", d.Status))
	}
	return got, items, at
}

func (s *shown) wants(got []string, want ...string) {
	s.t.Helper()
	if !slices.Equal(got, want) {
		s.t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

func TestDeliveriesAsTheyChange(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s := show(t, db, live.NewChanges())
		hook := s.rows["Webhook"]
		a, b, c := s.send(hook), s.send(hook), s.send(hook)
		ctx, leave := context.WithCancel(s.owner())
		feed, place := s.feed(ctx, nil)
		s.becomes(a, domain.DeliveryFailed)
		s.tell(a, b)
		s.becomes(a, domain.DeliveryDelivered)
		s.tell(a, typeid.New(typeid.Delivery), "no id at all")
		got, items, at := read(s.owner(), t, feed, place, 10)
		s.wants(got, b+" PENDING", a+" DELIVERED") // each once, as it is, in the order of the last change
		if items[1].At.IsZero() || items[0].Place >= items[1].Place || items[1].Place > at {
			t.Errorf("places %d, %d, up to %d", items[0].Place, items[1].Place, at)
		}
		// Whoever took the first alone gets the second by himself.
		got, _, _ = read(s.owner(), t, feed, items[0].Place, 10)
		s.wants(got, a+" DELIVERED")
		// At most as many as asked for; the next read goes on there.
		s.tell(a, b, c, b)
		got, _, at = read(s.owner(), t, feed, at, 2)
		s.wants(got, a+" DELIVERED", b+" PENDING")
		got, _, at = read(s.owner(), t, feed, at, 2)
		s.wants(got, c+" PENDING", b+" PENDING")
		// Who comes later begins there, and reads what the first one's feed does.
		second, place := s.feed(s.owner(), nil)
		if head, err := feed.Head(t.Context()); err != nil || head != at || place != at {
			t.Errorf("the head is %d, %v; begun at %d; want %d", head, err, place, at)
		}
		leave()
		s.tell(c)
		for _, feed := range []fanout.Feed{feed, second} {
			got, _, _ = read(t.Context(), t, feed, place, 2) // also when who made it has left
			s.wants(got, c+" PENDING")
		}
	})
}

// Many changes are read in bounded statements.
func TestManyDeliveries(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s := show(t, db, live.NewChanges())
		feed, place := s.feed(s.owner(), nil)
		var want []string
		for range 230 {
			id := s.send(s.rows["Webhook"])
			s.tell(id)
			want = append(want, id+" PENDING")
		}
		got, _, _ := read(s.owner(), t, feed, place, 1000)
		s.wants(got, want...)
	})
}

// Whoever watches sees what the rules show him, of his app alone.
func TestDeliveriesOfOthers(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		changes := live.NewChanges()
		s, other := show(t, db, changes), show(t, db, changes)
		member := s.db.Client.Agent.Create().SetAppID(s.rows["App"]).SetName("Ben").SetEmail("ben@example.com").
			SetTimeZone("UTC").SetRole(domain.Member).SaveX(s.system)
		his, all := s.hook(member.ID, domain.ScopeUser), s.hook(s.rows["Agent"], domain.ScopeOrganization)
		ofHis, ofAll, foreign := s.send(his), s.send(all), other.send(other.rows["Webhook"])
		for name, tt := range map[string]struct {
			ctx  context.Context
			hook *string
			want []string
		}{
			"owner":               {s.owner(), nil, []string{ofHis, ofAll}},
			"owner, one webhook":  {s.owner(), &his, []string{ofHis}},
			"member":              {s.as(member.ID, domain.Member), nil, []string{ofHis}},
			"member, his webhook": {s.as(member.ID, domain.Member), &his, []string{ofHis}},
			"another app":         {other.owner(), nil, []string{foreign}},
		} {
			feed, place := s.feed(tt.ctx, tt.hook)
			s.tell(ofHis, ofAll, foreign) // a foreign id among them is shown to nobody
			other.tell(foreign, ofHis)
			var want []string
			for _, id := range tt.want {
				want = append(want, id+" PENDING")
			}
			t.Log(name)
			got, _, _ := read(t.Context(), t, feed, place, 10) // whoever reads it
			s.wants(got, want...)
		}
		foreignHook, none := other.rows["Webhook"], typeid.New(typeid.Webhook)
		for name, tt := range map[string]struct {
			ctx  context.Context
			hook *string
			want string
		}{
			"nobody":              {t.Context(), nil, "UNAUTHENTICATED "},
			"a page":              {viewer.With(t.Context(), viewer.Viewer{AppID: s.rows["App"], Kind: viewer.Page}), nil, "FORBIDDEN "},
			"another app's":       {s.owner(), &foreignHook, "NOT_FOUND webhookId"},
			"none":                {s.owner(), &none, "NOT_FOUND webhookId"},
			"not a member's":      {s.as(member.ID, domain.Member), &all, "NOT_FOUND webhookId"},
			"another scope's":     {scoped(s, domain.MeetingsRead), nil, "FORBIDDEN "},
			"another scope's one": {scoped(s, domain.MeetingsRead), &his, "FORBIDDEN "},
		} {
			_, _, err := s.of.Feed(tt.ctx, tt.hook)
			if got := coded(err); got != tt.want {
				t.Errorf("%s: %s, want %s", name, got, tt.want)
			}
		}
	})
}

func scoped(s *shown, scope domain.TokenScope) context.Context {
	return viewer.With(s.t.Context(), viewer.Viewer{
		AppID: s.rows["App"], AgentID: s.rows["Agent"], Role: domain.Owner, Scopes: viewer.ScopesOf([]domain.TokenScope{scope}),
	})
}

func coded(err error) string {
	if e := apperr.From(err); e != nil {
		return fmt.Sprint(e.Code, " ", e.Field)
	}
	return fmt.Sprint(err)
}

// Whoever is too far behind is told what to do; what nobody watches is forgotten.
func TestDeliveriesThatAreNotKept(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s := show(t, db, live.NewChanges())
		ctx, leave := context.WithCancel(s.owner())
		feed, place := s.feed(ctx, nil)
		s.tell(slices.Repeat([]string{s.rows["Delivery"]}, 3*live.KeptChanges)...)
		if _, _, err := feed.Read(ctx, place, 10); apperr.CodeOf(err) != apperr.CursorExpired {
			t.Errorf("Read = %v", err)
		}
		head, err := feed.Head(ctx)
		if err != nil {
			t.Fatal(err)
		}
		waiting := make(chan error, 1)
		go func() {
			_, _, err := feed.Read(ctx, head, 10)
			waiting <- err
		}()
		leave()
		if err := <-waiting; err == nil || apperr.From(err) != nil {
			t.Errorf("a read whose subscriber leaves: %v", err)
		}
		unwatched(t, s.changes)
		if s.changes.Wants(s.rows["App"]) {
			t.Error("the app is kept")
		}
	})
}

// What the database cannot say comes when it can.
func TestDeliveriesWhileTheDatabaseIsAway(t *testing.T) {
	t.Parallel()
	s := show(t, entdbtest.SQLite(t), live.NewChanges())
	feed, place := s.feed(s.owner(), nil)
	if _, err := s.db.SQL.ExecContext(t.Context(), "ALTER TABLE deliveries RENAME TO away"); err != nil {
		t.Fatal(err)
	}
	s.tell(s.rows["Delivery"])
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if items, at, err := feed.Read(ctx, place, 10); len(items) > 0 || at != place || err == nil || err == io.EOF { //nolint:errorlint // it is ctx's or none
		t.Errorf("Read = %v, %d, %v", items, at, err)
	}
	if _, err := s.db.SQL.ExecContext(t.Context(), "ALTER TABLE away RENAME TO deliveries"); err != nil {
		t.Fatal(err)
	}
	if got, _, _ := read(t.Context(), t, feed, place, 10); len(got) != 1 {
		t.Errorf("then come %v", got)
	}
}
