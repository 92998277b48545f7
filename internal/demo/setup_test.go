package demo_test

import (
	"net/netip"
	"sync"
	"testing"
	"time"

	"slotcast/internal/account"
	"slotcast/internal/booking"
	"slotcast/internal/catalog"
	"slotcast/internal/demo"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/eventlog"
	"slotcast/internal/redelivery"
	"slotcast/internal/routingform"
	"slotcast/internal/safehttp"
	"slotcast/internal/webhook"
	"slotcast/internal/wire"
)

// hand is a clock that goes on by a microsecond with each look, and when told.
type hand struct {
	mu  sync.Mutex
	now time.Time
}

func (h *hand) Now() time.Time { return h.on(time.Microsecond) }

func (h *hand) on(by time.Duration) time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(by)
	return h.now
}

type nobody struct{}

func (nobody) Publish(...*eventlog.Event) {}

// setup returns what a demonstration is made of on a database of its own, and its
// clock, which begins at now.
func setup(t *testing.T, now time.Time) (*entdb.DB, demo.Config, *hand) {
	t.Helper()
	db, clock := entdbtest.SQLite(t), &hand{now: now}
	log, err := eventlog.Open(t.Context(), eventlog.Config{Client: db.Client, Owed: webhook.Owed, Publisher: nobody{}, Now: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	http := safehttp.New(safehttp.Config{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	t.Cleanup(http.Close)
	keys, links := entdbtest.Keys(), wire.Links{Base: "http://127.0.0.1:8080", Booking: "http://127.0.0.1:8080"}
	accounts := account.New(account.Config{Client: db.Client, Keys: keys, HTTP: http})
	app, err := accounts.CreateApp(t.Context(), demo.AppName, demo.OwnerName, demo.OwnerEmail)
	if err != nil {
		t.Fatal(err)
	}
	return db, demo.Config{
		Parts: demo.Parts{
			Client: db.Client, Keys: keys, Accounts: accounts, Catalog: catalog.New(db.Client),
			Webhooks:   webhook.New(db.Client, http, keys, links),
			Redelivery: redelivery.New(redelivery.Config{Client: db.Client, Log: log, Keys: keys, Links: links}),
			Meetings:   booking.New(booking.Config{Client: db.Client, Log: log, Keys: keys, Now: clock.Now}),
			Forms:      routingform.New(routingform.Config{Client: db.Client, Log: log, Now: clock.Now}),
		},
		App: app, Target: func(name string) string { return "http://127.0.0.1:8090/hooks/" + name },
		Random: 1, Rate: 60, Now: clock.Now,
	}, clock
}

func seed(t *testing.T, cfg demo.Config) *demo.Company {
	t.Helper()
	made, err := demo.Seed(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return made
}
