package graph_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"entgo.io/ent/dialect"

	"slotcast/ent"
	"slotcast/graph"
	"slotcast/internal/account"
	"slotcast/internal/app/apptest"
	"slotcast/internal/auth"
	"slotcast/internal/booking"
	"slotcast/internal/catalog"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/eventlog"
	"slotcast/internal/eventlog/memtail"
	"slotcast/internal/live"
	"slotcast/internal/ratelimit/locallimit"
	"slotcast/internal/redelivery"
	"slotcast/internal/routingform"
	"slotcast/internal/safehttp"
	"slotcast/internal/viewer"
	"slotcast/internal/webhook"
	"slotcast/internal/wire"
)

// maxSessions is how many sockets and streams one token may have.
const maxSessions = 50

// server is the API on a database of its own. Nothing is delivered.
type server struct {
	url        string
	db         *entdb.DB
	client     *ent.Client // on the same connections, and counted
	log        *eventlog.Log
	told       *live.Changes  // of deliveries
	sessions   *auth.Sessions // looked at by the test: none is checked meanwhile
	statements *atomic.Int64  // SQL of all requests so far

	mu      sync.Mutex
	viewers []viewer.Viewer // whom the tokens "viewer:0", "viewer:1" … stand for
}

// each runs a test on SQLite and on PostgreSQL.
func each(t *testing.T, test func(t *testing.T, s *server)) {
	t.Helper()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) { test(t, setup(t, db)) })
}

// setup starts a server, with the configuration as the test changes it.
func setup(t testing.TB, db *entdb.DB, changes ...func(*graph.Config)) *server {
	t.Helper()
	client := ent.NewClient(ent.Driver(dialect.DebugWithContext(db.Driver, count)))
	source := memtail.New(true)
	log, err := eventlog.Open(t.Context(), eventlog.Config{Client: client, Owed: webhook.Owed, Publisher: source})
	if err != nil {
		t.Fatal(err)
	}
	logger := slog.New(slog.DiscardHandler)
	tail := eventlog.NewTail(eventlog.TailConfig{Log: log, Source: source, Logger: logger})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = tail.Run(ctx) // without it a subscription waits for ever, and its test fails
	}()

	told := live.NewChanges()
	boards := live.NewDashboards(live.DashboardsConfig{
		Client: client, Log: log, Tail: tail, Changes: told, Linger: -1, Logger: logger,
	})
	counted := make(chan struct{})
	go func() {
		defer close(counted)
		_ = boards.Run(ctx)
	}()

	sender, keys := safehttp.New(safehttp.Config{}), entdbtest.Keys()
	accounts := account.New(account.Config{Client: client, Keys: keys, HTTP: sender})
	who := auth.New(accounts)
	sessions := auth.NewSessions(auth.SessionsConfig{Auth: who, Accounts: accounts, MaxPerCredential: maxSessions, Logger: logger})
	config := graph.Config{
		Resolver: graph.NewResolver(client, graph.Services{
			Account: accounts, Booking: booking.New(booking.Config{Client: client, Log: log, Keys: keys}), Catalog: catalog.New(client),
			Webhooks: webhook.New(client, sender, keys, wire.Links{Base: "https://api.example.org"}).Telling(told.Tell), Live: live.NewEvents(log, tail, logger),
			Dashboards:   boards,
			RoutingForms: routingform.New(routingform.Config{Client: client, Log: log}),
			Redelivery: redelivery.New(redelivery.Config{
				Client: client, Log: log, Keys: keys, Links: wire.Links{Base: "https://api.example.org"}, UserAgent: "Slotcast/test",
				Limiter: locallimit.New(locallimit.Config{}), Tell: told.Tell,
			}),
			Deliveries: live.NewDeliveries(live.DeliveriesConfig{Client: client, Changes: told, Logger: logger}),
			Replays:    live.NewReplays(live.ReplaysConfig{Client: client, Logger: logger}),
		}),
		Authenticate:  sessions.Init,
		Open:          sessions.Open,
		Subscribe:     sessions.Subscribe,
		CheckOrigin:   func(*http.Request) bool { return true },
		Logger:        logger,
		Introspection: true,
	}
	for _, change := range changes {
		change(&config)
	}
	handler, err := graph.NewHandler(config)
	if err != nil {
		t.Fatal(err)
	}
	s := &server{db: db, client: client, log: log, told: told, sessions: sessions, statements: &atomic.Int64{}}
	srv := httptest.NewServer(s.counted(s.posing(who.HTTP(handler), handler)))
	s.url = srv.URL
	t.Cleanup(func() {
		if err := handler.Drain(context.WithoutCancel(t.Context())); err != nil {
			t.Errorf("draining: %v", err)
		}
		srv.Close()
		stop()
		<-counted
		<-ended
		sender.Close()
	})
	return s
}

// visit is a client whose requests are on behalf of a viewer, past authentication.
func (s *server) visit(v viewer.Viewer) *apptest.Client {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.viewers = append(s.viewers, v)
	return apptest.NewClient(s.url, fmt.Sprint("viewer:", len(s.viewers)-1))
}

// posing lets the tokens of visit through to the handler, and others to next.
func (s *server) posing(next, handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var n int
		if _, err := fmt.Sscanf(r.Header.Get("Authorization"), "Bearer viewer:%d", &n); err != nil {
			next.ServeHTTP(w, r)
			return
		}
		s.mu.Lock()
		v := s.viewers[n]
		s.mu.Unlock()
		handler.ServeHTTP(w, r.WithContext(viewer.With(r.Context(), v)))
	})
}

type statementsKey struct{}

// count counts a statement of a request; the tail's own do not count.
func count(ctx context.Context, _ ...any) {
	if n, ok := ctx.Value(statementsKey{}).(*atomic.Int64); ok {
		n.Add(1)
	}
}

func (s *server) counted(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), statementsKey{}, s.statements)))
	})
}

// tenant is an app with an owner who hosts one event type.
type tenant struct {
	*apptest.Client
	app       *ent.App
	agent     *ent.Agent
	eventType *ent.EventType
}

func (s *server) tenant(t testing.TB) *tenant {
	t.Helper()
	ctx := viewer.System(t.Context())
	app, err := s.client.App.Create().SetName("Acme").Save(ctx)
	must(t, err)
	agent, err := s.client.Agent.Create().SetAppID(app.ID).SetName("Jo Park").SetEmail("jo@example.org").
		SetTimeZone("Europe/Berlin").SetRole(domain.Owner).Save(ctx)
	must(t, err)
	kind, err := s.client.EventType.Create().SetAppID(app.ID).SetName("Intro call").SetSlug("intro-call").
		SetType(domain.Solo).SetDurationMinutes(30).SetModeNote("Online").
		SetReminders([]domain.Reminder{{Channel: "EMAIL", BeforeMinutes: 60}}).Save(ctx)
	must(t, err)
	must(t, s.client.Host.Create().SetAppID(app.ID).SetEventTypeID(kind.ID).SetAgentID(agent.ID).Exec(ctx))
	token, err := account.New(account.Config{Client: s.client}).CreateToken(ctx, app.ID, agent.ID, "test")
	must(t, err)
	return &tenant{apptest.NewClient(s.url, token), app, agent, kind}
}

// as is a client of the tenant's app that comes with whatever the viewer has.
func (s *server) as(t *testing.T, o *tenant, v viewer.Viewer) *tenant {
	t.Helper()
	v.AppID = o.app.ID
	if v.AgentID == "" {
		v.AgentID, v.Role = o.agent.ID, o.agent.Role
	}
	copied := *o
	copied.Client = s.visit(v)
	return &copied
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// in is the variable of a mutation.
func in(input vars) vars { return vars{"in": input} }

type vars = map[string]any

const bookMutation = `mutation($in: BookMeetingInput!) { bookMeeting(input: $in) { meeting { id } } }`

// booking is a valid input; the meeting begins n hours behind the first of next
// month.
func (o *tenant) booking(n int) vars {
	return vars{
		"eventTypeId": o.eventType.ID, "start": hour(n), "externalIds": []string{"hubspot:8841"}, "notes": []string{"VIP"},
		"tracking": vars{"utm_source": "ad"}, "modifiedEventName": "Renamed", "multipleBookingIdentifier": "multi-1",
		"attendees": []vars{{
			"name": "Ana Ruiz", "email": "ana@example.org", "phone": "+34 600", "timeZone": "Europe/Madrid",
			"answers": []vars{{"question": "Topic?", "answer": "Pricing"}},
		}},
	}
}

// book returns the id of a new meeting.
func (o *tenant) book(t *testing.T, n int) string {
	t.Helper()
	var out struct {
		BookMeeting struct{ Meeting struct{ ID string } }
	}
	o.Do(t, bookMutation, in(o.booking(n)), &out)
	return out.BookMeeting.Meeting.ID
}

func (o *tenant) reschedule(t *testing.T, id string, n int) string {
	t.Helper()
	var out struct {
		RescheduleMeeting struct{ Meeting struct{ ID string } }
	}
	o.Do(t, `mutation($in: RescheduleMeetingInput!) { rescheduleMeeting(input: $in) { meeting { id } } }`,
		in(vars{"meetingId": id, "start": hour(n), "reason": "travel"}), &out)
	return out.RescheduleMeeting.Meeting.ID
}

func (o *tenant) cancel(t *testing.T, id string) {
	t.Helper()
	o.Do(t, `mutation($in: CancelMeetingInput!) { cancelMeeting(input: $in) { id } }`, in(vars{"meetingId": id, "reason": "ill"}), nil)
}

// pay gives a meeting a payment, past the API: no meeting has a price yet.
func (s *server) pay(t *testing.T, o *tenant, meetingID string) {
	t.Helper()
	err := s.client.Payment.Create().SetAppID(o.app.ID).SetMeetingID(meetingID).SetAmountMinor(1250).
		SetCurrencyCode("EUR").SetStatus(domain.PaymentDone).Exec(viewer.System(t.Context()))
	must(t, err)
}

func hour(n int) time.Time {
	y, m, _ := time.Now().UTC().Date()
	return time.Date(y, m+1, 1, n, 0, 0, 0, time.UTC)
}
