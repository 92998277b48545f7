package delivery_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"strings"
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/internal/backoff"
	"slotcast/internal/delivery"
	"slotcast/internal/domain"
	"slotcast/internal/safehttp/safehttptest"
	"slotcast/internal/viewer"
)

// What receivers ask for with their answers is done: to be left alone until a
// time, or for good. What they cannot have, a redirect, is said in words.
func TestReceiversWishes(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		k := newKeeper(t)
		zoo := map[string]animal{
			"seconds":  {url: k.status(429, "Retry-After", "7200")},
			"a date":   {url: k.status(429, "Retry-After", time.Now().Add(2*time.Hour).UTC().Format(http.TimeFormat))},
			"for ever": {url: k.status(429, "Retry-After", "99999999999999999999")},
			"rubbish":  {url: k.status(429, "Retry-After", "soon")},
			"the past": {url: k.status(429, "Retry-After", "Mon, 02 Jan 2006 15:04:05 GMT")},
			"410":      {url: k.status(410)},
			"301":      {url: k.status(301, "Location", "http://"+k.private+"/")},
			"307":      {url: k.status(307, "Location", "http://"+k.private+"/")},
		}
		wait := func(d *ent.Delivery) time.Duration {
			if d.NextAttemptAt == nil {
				return 0
			}
			return d.NextAttemptAt.Sub(d.Attempts[0].At)
		}
		for name, d := range e.visit(k, t, zoo) {
			made := d.Attempts[0]
			switch name {
			case "seconds", "a date":
				if w := wait(d); w < 2*time.Hour-2*time.Second || w > 3*time.Hour || !strings.Contains(made.Error, "429") {
					t.Errorf("%s: tried again after %v, %q", name, w, made.Error)
				}
			case "for ever": // no longer than the longest step of a schedule
				if w := wait(d); w < 3*time.Hour || w > 24*time.Hour+time.Minute {
					t.Errorf("%s: tried again after %v", name, w)
				}
			case "rubbish", "the past": // as the schedule says
				if w := wait(d); w < 48*time.Minute || w > 73*time.Minute {
					t.Errorf("%s: tried again after %v", name, w)
				}
			case "301", "307":
				if d.Status != domain.DeliveryPending || !strings.Contains(made.Error, "redirects are not followed") {
					t.Errorf("%s: %s, %q", name, d.Status, made.Error)
				}
			case "410":
				if d.Status != domain.DeliveryFailed || d.NextAttemptAt != nil || !strings.Contains(made.Error, "410") {
					t.Errorf("%s: %s, tried again at %v, %q", name, d.Status, d.NextAttemptAt, made.Error)
				}
				eventually(t, "the webhook is disabled", func() bool {
					hook := e.db.Client.Webhook.GetX(viewer.System(t.Context()), d.WebhookID)
					return hook.State == domain.WebhookDisabled && hook.StateReason != nil && strings.Contains(*hook.StateReason, "410")
				})
			}
		}
		if n := k.strayed.Load(); n != 0 {
			t.Errorf("%d connections were made to a private address", n)
		}
	})
}

// A receiver that asks who calls is shown the webhook's client certificate.
func TestClientCertificateIsShown(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		k := newKeeper(t)
		url := k.mutual()
		with, without, wrong := e.webhook(url), e.webhook(url), e.webhook(url)
		for hook, by := range map[*ent.Webhook]*safehttptest.Authority{with: k.authority, wrong: k.stranger} {
			chain, key := inPEM(t, by.Issue(t, nil))
			hook.Update().SetClientCertificate(chain).SetClientKey(key).ExecX(viewer.System(t.Context()))
		}
		e.start(func(c *delivery.Config) {
			c.HTTP, c.Schedule = zooClient(t, k, zooTime), backoff.Schedule{time.Hour}
		})
		e.append(e.series())
		e.await(with, domain.DeliveryDelivered, 1)
		for _, hook := range []*ent.Webhook{without, wrong} {
			eventually(t, "it has been tried", func() bool {
				rows := e.deliveries(hook)
				return len(rows) == 1 && rows[0].AttemptCount == 1
			})
		}
		if said := e.deliveries(without)[0].Attempts[0].Error; !strings.Contains(said, "requires a client certificate") {
			t.Errorf("without one: %q", said)
		}
		if said := e.deliveries(wrong)[0].Attempts[0].Error; said == "" || strings.Contains(said, "set one on the webhook") {
			t.Errorf("with a stranger's: %q", said)
		}
	})
}

// inPEM writes a certificate and its key as a webhook has them.
func inPEM(t *testing.T, c tls.Certificate) (chain, key string) {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Certificate[0]})),
		string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}
