package webhook_test

import (
	"context"
	"fmt"
	"net/netip"
	"testing"

	"slotcast/internal/apperr"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/safehttp"
	"slotcast/internal/viewer"
	"slotcast/internal/webhook"
	"slotcast/internal/wire"
)

// app is a viewer with the rows of his app.
type app struct {
	entdbtest.Rows
	ctx context.Context
}

// as is the context of another viewer of the app.
func (a app) as(t *testing.T, v viewer.Viewer) context.Context {
	t.Helper()
	v.AppID = a.Rows["App"]
	if v.AgentID == "" {
		v.AgentID = a.Rows["Agent"]
	}
	return viewer.With(t.Context(), v)
}

// setup returns a service that may also reach 127.0.0.1, and two apps without
// webhooks.
func setup(t *testing.T, db *entdb.DB) (s *webhook.Service, mine, other app) {
	t.Helper()
	client := safehttp.New(safehttp.Config{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}})
	t.Cleanup(client.Close)
	newApp := func() app {
		rows := entdbtest.NewRows(t, db.Client)
		if err := db.Client.Webhook.DeleteOneID(rows["Webhook"]).Exec(viewer.System(t.Context())); err != nil {
			t.Fatal(err)
		}
		v := viewer.Viewer{AppID: rows["App"], AgentID: rows["Agent"], Role: domain.Owner}
		return app{rows, viewer.With(t.Context(), v)}
	}
	return webhook.New(db.Client, client, entdbtest.Keys(), links()), newApp(), newApp()
}

func links() wire.Links {
	return wire.Links{Base: "https://api.example.org", Booking: "https://book.example.org"}
}

// input is the least that a webhook needs.
func input() webhook.Input {
	return webhook.Input{
		SubscriberURL: "https://example.com/hook", Triggers: []domain.Trigger{domain.MeetingBooked},
		Scope: domain.ScopeOrganization, Format: domain.FormatNative,
	}
}

func pointer[T any](v T) *T { return &v }

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
