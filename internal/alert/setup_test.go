package alert_test

import (
	"context"
	"crypto/x509"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"slotcast/ent"
	"slotcast/internal/alert"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/safehttp"
	"slotcast/internal/viewer"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// env is an app with a webhook whose state changes.
type env struct {
	t   *testing.T
	ctx context.Context
	db  *entdb.DB
	app string
	w   *ent.Webhook
	now time.Time
}

// each runs a test on both databases.
func each(t *testing.T, test func(t *testing.T, e *env)) {
	t.Helper()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) { test(t, newEnv(t, db)) })
}

// mailbox is an env for tests to which the database does not matter.
func mailbox(t *testing.T) *env {
	t.Helper()
	return newEnv(t, entdbtest.SQLite(t))
}

func newEnv(t *testing.T, db *entdb.DB) *env {
	t.Helper()
	e := &env{t: t, ctx: viewer.System(t.Context()), db: db, now: time.Now().UTC().Truncate(time.Microsecond)}
	rows := entdbtest.NewRows(t, db.Client)
	e.app = rows["App"]
	e.w = db.Client.Webhook.UpdateOneID(rows["Webhook"]).SetSubscriberURL("https://hooks.example.org:8443/in?token=hidden").SaveX(e.ctx)
	return e
}

// agent adds a member of the app.
func (e *env) agent(name, email string, role domain.Role, status domain.AgentStatus) {
	e.t.Helper()
	e.db.Client.Agent.Create().SetAppID(e.app).SetName(name).SetEmail(email).SetTimeZone("UTC").SetRole(role).SetStatus(status).ExecX(e.ctx)
}

// turn puts the webhook into a state, as the server does it, or somebody.
func (e *env) turn(to domain.WebhookState, action domain.AuditAction, actor domain.ActorType) {
	e.t.Helper()
	e.now = e.now.Add(time.Second)
	e.db.Client.Webhook.UpdateOneID(e.w.ID).SetState(to).SetStateSince(e.now).SetStateReason("the receiver answered 500\r\nBcc: all@example.org").
		SetFailingSince(e.now.Add(-time.Hour)).ExecX(e.ctx)
	e.db.Client.AuditEntry.Create().SetAppID(e.app).SetAction(action).SetTargetID(e.w.ID).SetActorType(actor).
		SetChanges(map[string]any{}).SetCreatedAt(e.now.Add(time.Millisecond)).ExecX(e.ctx)
}

func (e *env) told() domain.WebhookState {
	e.t.Helper()
	return e.db.Client.Webhook.GetX(e.ctx, e.w.ID).AlertedState
}

func (e *env) mailed() domain.WebhookState {
	e.t.Helper()
	return e.db.Client.Webhook.GetX(e.ctx, e.w.ID).MailedState
}

// worker makes a worker, which looks when the test says so.
func (e *env) worker(change func(*alert.Config)) *alert.Worker {
	e.t.Helper()
	sender := safehttp.New(safehttp.Config{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}})
	e.t.Cleanup(sender.Close)
	c := alert.Config{
		Client: e.db.Client, HTTP: sender, Now: func() time.Time { return e.now }, Timeout: 5 * time.Second,
		Logger: slog.New(slog.DiscardHandler),
	}
	if change != nil {
		change(&c)
	}
	w, err := alert.New(c)
	if err != nil {
		e.t.Fatal(err)
	}
	return w
}

// look has the worker look once.
func (e *env) look(w *alert.Worker) int {
	e.t.Helper()
	n, err := w.RunOnce(e.ctx)
	if err != nil {
		e.t.Fatal(err)
	}
	return n
}

// at sets the mail server.
func (o *postOffice) at(url string) func(*alert.Config) {
	return func(c *alert.Config) {
		c.SMTPURL = url
		c.Dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, o.Addr().String())
		}
		if o.tls != nil {
			c.RootCAs = x509.NewCertPool()
			leaf, _ := x509.ParseCertificate(o.tls.Certificates[0].Certificate[0])
			c.RootCAs.AddCert(leaf)
		}
	}
}

// message is one that came to the URL.
type message struct {
	header http.Header
	body   []byte
}

// inbox takes the messages to the URL.
type inbox struct {
	*httptest.Server
	mu     sync.Mutex
	all    []message
	status int
}

func receive(t *testing.T) *inbox {
	t.Helper()
	b := &inbox{status: http.StatusNoContent}
	b.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		b.mu.Lock()
		defer b.mu.Unlock()
		b.all = append(b.all, message{r.Header.Clone(), text})
		w.WriteHeader(b.status)
	}))
	t.Cleanup(b.Close)
	return b
}

func (b *inbox) answer(status int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.status = status
}

func (b *inbox) messages() []message {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]message(nil), b.all...)
}
