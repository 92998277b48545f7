package delivery_test

import (
	"encoding/json"
	"fmt"
	"html"
	"html/template"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"slotcast/ent"
	"slotcast/internal/delivery"
	"slotcast/internal/domain"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/sealing"
	"slotcast/internal/signing"
	"slotcast/internal/viewer"
)

// keep puts a sealed secret into a webhook's row.
func (e *env) keep(hook *ent.Webhook, keys *sealing.Ring, secret, row string) {
	e.t.Helper()
	text, err := keys.Seal(secret, row)
	if err != nil {
		e.t.Fatal(err)
	}
	e.db.Client.Webhook.UpdateOneID(hook.ID).SetSecret(text).ExecX(viewer.System(e.t.Context()))
}

// Messages are signed with what is sealed in the row, also when another key seals
// it while they are sent; so are those of webhooks that were never sealed.
func TestSealedSecretsSign(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		rc := receive(t, nil)
		old, current := sealing.NewKey(), sealing.NewKey()
		before, keys := ring(t, old), ring(t, current, old)
		hook := e.webhook(rc.URL) // plain, and stays so in this variable
		e.start(func(c *delivery.Config) { c.Keys = keys })
		m := e.series()
		for i, write := range []func(){
			func() {},
			func() { e.keep(hook, before, hook.Secret, hook.ID) },
			func() { e.keep(hook, keys, hook.Secret, hook.ID) },
		} {
			write()
			e.append(m)
			e.await(hook, domain.DeliveryDelivered, i+1)
		}
		for _, a := range rc.arrivals() {
			checkSignature(t, a, hook)
			if got := a.header.Get("X-Token"); got != hook.Secret {
				t.Errorf("the secret's header is %q", got)
			}
		}
	})
}

// A secret that does not open costs an attempt, which says why, and nothing else:
// the next one finds the key that was put back.
func TestSecretThatDoesNotOpen(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		rc := receive(t, nil)
		lost, key := sealing.NewKey(), sealing.NewKey()
		var back atomic.Bool
		keys, err := sealing.Follow(func() ([]sealing.Key, error) {
			if back.Load() {
				return []sealing.Key{key, lost}, nil
			}
			return []sealing.Key{key}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		out := &lines{}
		hook, other, forged, useless := e.webhook(rc.URL), e.webhook(rc.URL+"/other"), e.webhook(rc.URL+"/forged"), e.webhook(rc.URL+"/useless")
		e.keep(hook, ring(t, lost), hook.Secret, hook.ID)
		e.keep(forged, keys, forged.Secret, hook.ID) // of another row
		e.keep(useless, keys, "whsec_?", useless.ID)
		p := e.start(func(c *delivery.Config) {
			c.Keys, c.Schedule = keys, []time.Duration{100 * time.Millisecond, 1500 * time.Millisecond, 1500 * time.Millisecond}
			c.Logger = slog.New(slog.NewTextHandler(out, nil))
		})
		e.append(e.series())
		e.await(other, domain.DeliveryDelivered, 1)
		eventually(t, "two attempts have failed", func() bool {
			rows := e.deliveries(hook)
			return len(rows) == 1 && rows[0].AttemptCount == 2 && rows[0].Status == domain.DeliveryPending
		})
		back.Store(true)
		d := e.await(hook, domain.DeliveryDelivered, 1)[0]
		for _, a := range d.Attempts[:2] {
			if a.StatusCode != 0 || !strings.Contains(a.Error, lost.ID()) || !strings.Contains(a.Error, "SLOTCAST_SECRET_KEYS") {
				t.Errorf("attempt = %+v", a)
			}
		}
		if d := e.await(forged, domain.DeliveryFailed, 1)[0]; d.AttemptCount != 4 || !strings.Contains(d.Attempts[0].Error, "another row") {
			t.Errorf("with a secret of another row: %+v", d)
		}
		if d := e.await(useless, domain.DeliveryFailed, 1)[0]; d.AttemptCount != 4 || !strings.Contains(d.Attempts[0].Error, "rotateWebhookSecret") {
			t.Errorf("with what is no secret: %+v", d)
		}
		p.stop()
		for _, a := range rc.arrivals() {
			if a.header.Get("X-Token") == hook.Secret {
				checkSignature(t, a, hook)
			}
		}
		if text := out.String(); !strings.Contains(text, "secret_unopened") || strings.Contains(text, hook.Secret) || strings.Contains(text, "sealed.") {
			t.Errorf("the log is\n%s", text)
		}
	})
}

// A receiver that echoes what it got makes it no more readable.
func TestEchoedSecretIsNotKept(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		rc := receive(t, nil)
		keys := entdbtest.Keys()
		rc.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			w.WriteHeader(http.StatusInternalServerError)
			_ = json.NewEncoder(w).Encode(map[string]any{"header": r.Header, "body": string(body[:100])})
		})
		broken := receive(t, nil)
		broken.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			fmt.Fprintf(conn, "HTTP/1.1 %s\r\n\r\n", r.Header.Get("X-Token"))
			_ = conn.Close()
		})
		for _, url := range []string{rc.URL, broken.URL} {
			hook := e.webhook(url)
			e.keep(hook, keys, hook.Secret, hook.ID)
			p := e.start(func(c *delivery.Config) { c.Keys = keys })
			e.append(e.series())
			a := e.await(hook, domain.DeliveryFailed, 1)[0].Attempts[0]
			if said := a.Response + a.Error; strings.Contains(said, hook.Secret[6:]) || !strings.Contains(said, "[secret]") {
				t.Errorf("the attempt says %q", said)
			}
			p.stop()
			e.db.Client.Webhook.DeleteOne(hook).ExecX(viewer.System(t.Context()))
		}
	})
}

func TestVeil(t *testing.T) {
	t.Parallel()
	const secret = "whsec_ab+/cd<&>efghijklmnop=="
	asJSON, err := json.Marshal(secret)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"whole": "it was " + secret + ", twice " + secret, "key": secret[6:], "query": "?a=" + url.QueryEscape(secret), "path": url.PathEscape(secret) + "/",
		"JSON": string(asJSON), "PHP": strings.ReplaceAll(secret, "/", `\/`), "HTML": html.EscapeString(secret),
		"template": template.HTMLEscapeString(secret), "plus": strings.ReplaceAll(html.EscapeString(secret), "+", "&#43;"),
		"cut": "x" + secret[:len(secret)-1], "cut early": secret[:10], "cut in the key": "..." + secret[6:12],
	} {
		got := delivery.Veil(secret, text)
		if strings.Contains(got, "ab") || strings.Contains(got, "efgh") || !strings.Contains(got, "[secret]") {
			t.Errorf("%s: %q becomes %q", name, text, got)
		}
	}
	for _, text := range []string{"", "ok", "nothing of it: whsec", secret[:4] + " is a beginning", "efghij"} {
		if got := delivery.Veil(secret, text); got != text && !strings.HasPrefix(text, "nothing") {
			t.Errorf("%q becomes %q", text, got)
		}
		if got := delivery.Veil("", text); got != text {
			t.Errorf("without a secret %q becomes %q", text, got)
		}
	}
}

// Whatever the secret and wherever it stands, it is not left.
func TestVeilHidesEverywhere(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		secret := rapid.OneOf(rapid.StringMatching(`[!-Z\]-~]{8,40}`), rapid.Just(signing.NewSecret())).Draw(t, "secret")
		before, behind := rapid.StringMatching(`[ab <]{0,9}`).Draw(t, "before"), rapid.StringMatching(`[ab <]{0,9}`).Draw(t, "behind")
		if got := delivery.Veil(secret, before+secret+behind); strings.Contains(got, secret) {
			t.Fatalf("%q is left", got)
		}
	})
}

// lines is a log that several goroutines write.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func ring(t testing.TB, list ...sealing.Key) *sealing.Ring {
	t.Helper()
	r, err := sealing.NewRing(list...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
