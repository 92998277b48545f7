package e2e_test

import (
	"context"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"time"

	"slotcast/internal/account"
	"slotcast/internal/app/apptest"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/viewer"
)

// chaosApp is one of several apps that share the servers.
type chaosApp struct {
	owner
	servers cluster
	secret  string // of its webhook
	watcher *watcher
}

// newChaosApp makes an app with an agent who has a quarter of an hour for
// anybody, past the API: that makes no apps.
func newChaosApp(t *testing.T, db *entdb.DB, servers cluster) *chaosApp {
	t.Helper()
	ctx := viewer.System(t.Context())
	app, err := db.Client.App.Create().SetName("Chaos").Save(ctx)
	must(t, err)
	host, err := db.Client.Agent.Create().SetAppID(app.ID).SetName("Jo Park").SetEmail("jo@example.org").
		SetTimeZone("UTC").SetRole(domain.Owner).Save(ctx)
	must(t, err)
	kind, err := db.Client.EventType.Create().SetAppID(app.ID).SetName("Chat").SetSlug("chat").
		SetType(domain.Solo).SetDurationMinutes(15).Save(ctx)
	must(t, err)
	must(t, db.Client.Host.Create().SetAppID(app.ID).SetEventTypeID(kind.ID).SetAgentID(host.ID).Exec(ctx))
	token, err := account.New(account.Config{Client: db.Client}).CreateToken(ctx, app.ID, host.ID, "Chaos")
	must(t, err)
	return &chaosApp{owner: owner{servers[0].Client(token), app.ID, host.ID, kind.ID}, servers: servers}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// any returns a client of one of the servers, which may be dead just now.
func (a *chaosApp) any() *apptest.Client {
	return &apptest.Client{URL: a.servers[rand.IntN(len(a.servers))].URL(), Token: a.Token, HTTP: a.HTTP}
}

// watcher is a subscriber who comes back, to whichever server, each time he is
// cut off.
type watcher struct {
	app  *chaosApp
	stop context.CancelFunc
	done chan struct{}

	mu       sync.Mutex
	cursor   string
	seen     []string // ids of events
	attempts int
}

// watch starts a watcher who has seen the newest event.
func (a *chaosApp) watch(t *testing.T) {
	t.Helper()
	now := a.present(t)
	ctx, stop := context.WithCancel(t.Context())
	w := &watcher{app: a, stop: stop, done: make(chan struct{}), cursor: now.Cursor, seen: []string{now.ID}}
	a.watcher = w
	go func() {
		defer close(w.done)
		for ; ctx.Err() == nil; w.attempts++ {
			w.once(ctx)
		}
	}()
	t.Cleanup(func() {
		stop()
		<-w.done
	})
}

// once follows the events until the stream ends, or cuts it after some.
func (w *watcher) once(ctx context.Context) {
	client := w.app.any()
	client.HTTP = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	open := client.WebSocket
	if w.attempts%2 == 1 {
		open = client.EventStream
	}
	s, err := open(ctx, watch, map[string]any{"after": w.cursor})
	if err != nil {
		select { // nobody is there just now
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
		}
		return
	}
	defer s.Cut()
	for range 100 + rand.IntN(100) {
		var out struct{ MeetingEvents happening }
		if err := s.Next(ctx, &out); err != nil {
			return
		}
		w.mu.Lock()
		w.cursor, w.seen = out.MeetingEvents.Cursor, append(w.seen, out.MeetingEvents.ID)
		w.mu.Unlock()
	}
}

// check waits until the watcher has seen the app's newest event, and compares
// what he saw with the log. It returns how often he came back.
func (w *watcher) check(t *testing.T, events []string) (reconnects int) {
	t.Helper()
	apptest.Until(t, func() error {
		w.mu.Lock()
		defer w.mu.Unlock()
		return expect("last event seen", w.seen[len(w.seen)-1], events[len(events)-1])
	})
	w.stop()
	<-w.done
	if err := sameFrom(w.seen, events); err != nil {
		t.Errorf("subscriber of app %s: %v", w.app.AppID, err)
	}
	return w.attempts
}
