package rest_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"slotcast/ent"
	"slotcast/internal/account"
	"slotcast/internal/auth"
	"slotcast/internal/booking"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/eventlog"
	"slotcast/internal/rest"
	"slotcast/internal/routingform"
	"slotcast/internal/safehttp"
	"slotcast/internal/viewer"
	"slotcast/internal/webhook"
	"slotcast/internal/wire"
)

// fixture is the facade on a database of its own, with an app that has an owner,
// an admin and two members. Each hosts an event type of his own: 30 minutes, SOLO.
// Nothing is delivered. Every answer is held against the description.
type fixture struct {
	t      *testing.T
	db     *entdb.DB
	client *ent.Client
	log    *eventlog.Log
	book   *booking.Service
	hooks  *webhook.Service
	forms  *routingform.Service
	url    string // of the server, and the base of URIs
	links  wire.Links
	paths  *http.ServeMux // of the description
	routes map[string]*routers.Route

	app                         *ent.App
	owner, admin, member, other *person
}

// person is an agent of the app with a token.
type person struct {
	*ent.Agent
	token     string
	viewer    viewer.Viewer
	eventType *ent.EventType
}

type quiet struct{}

func (quiet) Publish(...*eventlog.Event) {}

// each runs a test on SQLite and on PostgreSQL.
func each(t *testing.T, test func(f *fixture)) {
	t.Helper()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) { test(setup(t, db)) })
}

func setup(t *testing.T, db *entdb.DB) *fixture {
	t.Helper()
	f := &fixture{t: t, db: db, client: db.Client}
	log, err := eventlog.Open(t.Context(), eventlog.Config{Client: db.Client, Owed: webhook.Owed, Publisher: quiet{}})
	f.must(err)
	f.log = log
	sender := safehttp.New(safehttp.Config{})
	t.Cleanup(sender.Close)
	accounts := account.New(account.Config{Client: db.Client, Keys: entdbtest.Keys(), HTTP: sender})
	f.book = booking.New(booking.Config{Client: db.Client, Log: log, Keys: entdbtest.Keys()})
	f.hooks = webhook.New(db.Client, sender, entdbtest.Keys(), wire.Links{})
	f.forms = routingform.New(routingform.Config{Client: db.Client, Log: log})

	mux := http.NewServeMux()
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	f.url = srv.URL
	f.links = wire.Links{Base: srv.URL, Booking: "https://book.example.org"}
	handler, err := rest.New(rest.Config{
		Client: db.Client, Booking: f.book, Webhooks: f.hooks, RoutingForms: f.forms, Links: f.links,
		Logger: slog.New(slog.DiscardHandler),
	})
	f.must(err)
	known, everybody := handler.Patterns()
	for _, pattern := range known {
		mux.Handle(pattern, auth.New(accounts).Middleware(handler.Refuse)(handler))
	}
	for _, pattern := range everybody {
		mux.Handle(pattern, handler)
	}
	f.describe()

	ctx := viewer.System(t.Context())
	f.app, err = db.Client.App.Create().SetName("Acme").Save(ctx)
	f.must(err)
	f.owner = f.person("Olga Owner", domain.Owner, accounts)
	f.admin = f.person("Adam Admin", domain.Admin, accounts)
	f.member = f.person("Mia Member", domain.Member, accounts)
	f.other = f.person("Otto Other", domain.Member, accounts)
	return f
}

// describe reads the description as clients do.
func (f *fixture) describe() {
	f.t.Helper()
	_, _, text := f.raw(http.MethodGet, "/openapi.json", "", "")
	doc, err := openapi3.NewLoader().LoadFromData(text)
	f.must(err)
	f.paths, f.routes = http.NewServeMux(), map[string]*routers.Route{}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			f.paths.Handle(method+" "+path, http.NotFoundHandler())
			f.routes[method+" "+path] = &routers.Route{Spec: doc, Path: path, PathItem: item, Method: method, Operation: op}
		}
	}
}

func (f *fixture) person(name string, role domain.Role, accounts *account.Service) *person {
	f.t.Helper()
	ctx := viewer.System(f.t.Context())
	first, _, _ := strings.Cut(strings.ToLower(name), " ")
	a, err := f.client.Agent.Create().SetAppID(f.app.ID).SetName(name).SetEmail(first + "@example.org").
		SetTimeZone("Europe/Berlin").SetRole(role).Save(ctx)
	f.must(err)
	token, err := accounts.CreateToken(ctx, f.app.ID, a.ID, "test")
	f.must(err)
	et, err := f.client.EventType.Create().SetAppID(f.app.ID).SetName("Call with " + name).SetSlug("call-" + first).
		SetType(domain.Solo).SetDurationMinutes(30).SetModeNote("Video").Save(ctx)
	f.must(err)
	f.must(f.client.Host.Create().SetAppID(f.app.ID).SetEventTypeID(et.ID).SetAgentID(a.ID).Exec(ctx))
	return &person{a, token, viewer.Viewer{AppID: f.app.ID, AgentID: a.ID, Role: role}, et}
}

// answer is what came back: the status, the headers, and the JSON.
type answer struct {
	status int
	header http.Header
	text   string
	body   map[string]any
}

// call sends a request on behalf of somebody, nil for nobody. The body is encoded
// as JSON, unless it is nil.
func (f *fixture) call(who *person, method, path string, body any) answer {
	f.t.Helper()
	token, sent := "", ""
	if who != nil {
		token = who.token
	}
	if body != nil {
		b, err := json.Marshal(body)
		f.must(err)
		sent = string(b)
	}
	status, header, text := f.raw(method, path, token, sent)
	a := answer{status: status, header: header, text: string(text)}
	if len(text) > 0 {
		if err := json.Unmarshal(text, &a.body); err != nil {
			f.t.Errorf("%s %s: %d with %q, which is not JSON: %v", method, path, status, text, err)
		}
	}
	return a
}

// raw sends a request and holds the answer against the description. The path may
// be a URI.
func (f *fixture) raw(method, path, token, body string) (status int, h http.Header, text []byte) {
	f.t.Helper()
	r, err := http.NewRequestWithContext(f.t.Context(), method, f.url+strings.TrimPrefix(path, f.url), strings.NewReader(body))
	f.must(err)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(r)
	f.must(err)
	defer res.Body.Close()
	text, err = io.ReadAll(res.Body)
	f.must(err)
	f.described(r, res, text)
	return res.StatusCode, res.Header, text
}

// described fails the test where an answer is not one that the description
// allows.
func (f *fixture) described(r *http.Request, res *http.Response, text []byte) {
	f.t.Helper()
	if f.paths == nil {
		return
	}
	_, pattern := f.paths.Handler(r)
	route := f.routes[pattern]
	if route == nil { // nothing is there
		return
	}
	err := openapi3filter.ValidateResponse(f.t.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: r, Route: route},
		Status:                 res.StatusCode, Header: res.Header, Body: io.NopCloser(bytes.NewReader(text)),
		Options: &openapi3filter.Options{IncludeResponseStatus: true},
	})
	if err != nil {
		f.t.Errorf("%s %s: the answer %d %s is not described: %v", r.Method, r.URL, res.StatusCode, text, err)
	}
}

// resource is what a single answer has inside.
func (a answer) resource() map[string]any {
	r, _ := a.body["resource"].(map[string]any)
	return r
}

// collection is what a list has inside.
func (a answer) collection() []map[string]any {
	entries, _ := a.body["collection"].([]any)
	out := make([]map[string]any, len(entries))
	for i, e := range entries {
		out[i], _ = e.(map[string]any)
	}
	return out
}

// parameters are those that a refusal names.
func (a answer) parameters() []string {
	var names []string
	details, _ := a.body["details"].([]any)
	for _, d := range details {
		if m, ok := d.(map[string]any); ok {
			name, _ := m["parameter"].(string)
			names = append(names, name)
		}
	}
	return names
}

// meeting books with somebody, n hours behind the first of next month.
func (f *fixture) meeting(with *person, n int) *ent.Meeting {
	f.t.Helper()
	b, err := f.book.Book(viewer.With(f.t.Context(), f.owner.viewer), booking.BookInput{
		EventTypeID: with.eventType.ID, Start: hour(n), CreateByContact: true,
		Attendees: []booking.AttendeeInput{{
			Name: "Ana Ruiz", Email: "ana@example.org", TimeZone: new("Europe/Madrid"),
			Answers: []domain.Answer{{Question: "Topic?", Answer: "Pricing"}},
		}},
	})
	f.must(err)
	return b.Meeting
}

func hour(n int) time.Time {
	y, m, _ := time.Now().UTC().Date()
	return time.Date(y, m+1, 1, n, 0, 0, 0, time.UTC)
}

func (f *fixture) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}
