package account_test

import (
	"log/slog"
	"sync"
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/internal/account"
	"slotcast/internal/credential"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/viewer"
)

func TestKnownOrigins(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		service, client := setup(t, db)
		start := must(service.FirstStart(t.Context(), ""))(t)
		other := must(client.App.Create().SetName("Other").Save(viewer.System(t.Context())))(t)
		now := time.Now()
		o := account.NewOrigins(account.OriginsConfig{
			Client: client, Now: func() time.Time { return now }, Logger: slog.New(slog.DiscardHandler),
		})
		allowed := func(origin string, want bool) {
			t.Helper()
			if got := o.Allowed(t.Context(), origin); got != want {
				t.Errorf("%s: allowed %v", origin, got)
			}
		}
		const book, shop = "https://book.example.org", "https://shop.example.org"
		allowed(book, false)

		addKey(t, client, start.AppID, book, "https://Book.Example.org:8443")
		addKey(t, client, other.ID, shop)
		addKey(t, client, other.ID)
		allowed(book, false) // what is known is fresh enough
		now = now.Add(3 * time.Second)
		for origin, want := range map[string]bool{
			book: true, shop: true, "https://book.example.org:8443": true,
			"http://book.example.org": false, "https://evil.example.org": false, "null": false, "": false, "*": false,
		} {
			allowed(origin, want)
		}

		asOther := viewer.With(t.Context(), viewer.Viewer{AppID: start.AppID, Role: domain.Member})
		if !o.Allowed(asOther, shop) {
			t.Error("whose request it is makes a difference")
		}

		everywhere := addKey(t, client, other.ID, "*")
		now = now.Add(3 * time.Second)
		allowed("https://anywhere.example.org", true)
		must(0, client.PublishableKey.DeleteOneID(everywhere).Exec(viewer.System(t.Context())))(t)
		now = now.Add(3 * time.Second)
		allowed("https://anywhere.example.org", false)
	})
}

// TestOriginsWithoutDatabase: what was known goes on holding.
func TestOriginsWithoutDatabase(t *testing.T) {
	t.Parallel()
	db := entdbtest.SQLite(t)
	service, client := setup(t, db)
	start := must(service.FirstStart(t.Context(), ""))(t)
	addKey(t, client, start.AppID, "https://book.example.org")
	now := time.Now()
	o := account.NewOrigins(account.OriginsConfig{
		Client: client, Now: func() time.Time { return now }, Logger: slog.New(slog.DiscardHandler),
	})
	never := account.NewOrigins(account.OriginsConfig{Client: client, Logger: slog.New(slog.DiscardHandler)})
	if !o.Allowed(t.Context(), "https://book.example.org") {
		t.Fatal("not known")
	}
	db.Close()
	for range 3 {
		now = now.Add(time.Minute)
		if !o.Allowed(t.Context(), "https://book.example.org") || o.Allowed(t.Context(), "https://evil.example.org") {
			t.Error("without the database other origins are allowed")
		}
	}
	if never.Allowed(t.Context(), "https://book.example.org") {
		t.Error("allowed without ever having known")
	}
}

// TestOriginsTogether: side by side, from the first request on.
func TestOriginsTogether(t *testing.T) {
	t.Parallel()
	service, client := setup(t, entdbtest.SQLite(t))
	start := must(service.FirstStart(t.Context(), ""))(t)
	addKey(t, client, start.AppID, "https://book.example.org")
	var mu sync.Mutex
	now := time.Now()
	o := account.NewOrigins(account.OriginsConfig{Client: client, Now: func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		now = now.Add(time.Second)
		return now
	}})
	var pages sync.WaitGroup
	for range 8 {
		pages.Go(func() {
			for range 20 {
				if !o.Allowed(t.Context(), "https://book.example.org") {
					t.Error("not allowed")
				}
			}
		})
	}
	pages.Wait()
}

func addKey(t *testing.T, client *ent.Client, appID string, origins ...string) (id string) {
	t.Helper()
	key := must(client.PublishableKey.Create().SetAppID(appID).SetName("page").
		SetKey(credential.New(credential.Publishable)).SetAllowedOrigins(origins).
		Save(viewer.System(t.Context())))(t)
	return key.ID
}
