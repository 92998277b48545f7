package delivery_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"pgregory.net/rapid"

	"slotcast/ent"
	"slotcast/internal/delivery"
	"slotcast/internal/domain"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/sealing"
	"slotcast/internal/signing"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

func parsed(t testing.TB, text string) signing.Secret {
	t.Helper()
	secret, err := signing.ParseSecret(text)
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

// standard is the header that is spelled in lower case.
func standard(h http.Header) string {
	return strings.Join(map[string][]string(h)["webhook-signature"], "|")
}

func sealed(t testing.TB, keys *sealing.Ring, text, row string) string {
	t.Helper()
	out, err := keys.Seal(text, row)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// rotating is a webhook whose secret rotates until a time.
func rotating(t testing.TB, keys *sealing.Ring, old, next string, until time.Time) *ent.Webhook {
	t.Helper()
	w := &ent.Webhook{ID: typeid.New(typeid.Webhook), PreviousSecretUntil: &until}
	w.Secret, w.PreviousSecret = sealed(t, keys, next, w.ID), sealed(t, keys, old, w.ID)
	token := "X-Token"
	w.SecretHeader = &token
	return w
}

// Until the switch both secrets verify webhook-signature, and the others are made
// with the old one; from then on there is only the new one. It comes at its time,
// also where the row was read before.
func TestRotation(t *testing.T) {
	t.Parallel()
	keys, body, until := entdbtest.Keys(), []byte(`{"name":"Ana Ruíz"}`), time.Unix(1_800_000_000, 0)
	for _, texts := range [][2]string{{"old", "new"}, {signing.NewSecret(), signing.NewSecret()}, {"old", signing.NewSecret()}} {
		old, next := parsed(t, texts[0]), parsed(t, texts[1])
		w := rotating(t, keys, texts[0], texts[1], until)
		for _, format := range []domain.WebhookFormat{domain.FormatNative, domain.FormatCalendly, domain.FormatCalcom} {
			w.Format = format
			s, before := delivery.NewSigner(keys), until.Add(-time.Microsecond)
			h, err := s.Sign(w, before, "evt_1", body)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := standard(h), signing.Standard([]signing.Secret{next, old}, "evt_1", before, body); got != want {
				t.Errorf("%s is signed %s, want %s", format, got, want)
			}
			checkOthers(t, h, format, old, next, texts[0], before, body)
			if got := s.Hide(texts[0] + " " + texts[1]); got != "[secret] [secret]" {
				t.Errorf("an answer that repeats both is kept as %q", got)
			}
			for name, sign := range map[string]func() (http.Header, error){
				"read before": func() (http.Header, error) { return s.Later(until, "evt_1", body) },
				"read again":  func() (http.Header, error) { return s.Sign(w, until, "evt_1", body) },
			} {
				if h, err = sign(); err != nil {
					t.Fatal(err)
				}
				if got, want := standard(h), signing.Standard([]signing.Secret{next}, "evt_1", until, body); got != want {
					t.Errorf("%s: after the switch %s is signed %s, want %s", name, format, got, want)
				}
				checkOthers(t, h, format, next, signing.Secret{}, texts[1], until, body)
			}
		}
	}
}

func checkOthers(t *testing.T, h http.Header, format domain.WebhookFormat, known, announced signing.Secret, token string, at time.Time, body []byte) {
	t.Helper()
	want := map[string]string{"X-Token": token, calendlyHeader: "", calcomHeader: ""}
	switch format {
	case domain.FormatCalendly:
		want[calendlyHeader] = signing.Calendly(known, announced, at, body)
	case domain.FormatCalcom:
		want[calcomHeader] = signing.Calcom(known, body)
	case domain.FormatNative:
	}
	for name, value := range want {
		if got := h.Get(name); got != value {
			t.Errorf("%s: %s is %q, want %q", format, name, got, value)
		}
	}
}

// What was sealed with a key that is lost says which of them it was, and what is
// no longer needed does no harm.
func TestRotationThatDoesNotOpen(t *testing.T) {
	t.Parallel()
	keys, until := entdbtest.Keys(), time.Unix(1_800_000_000, 0)
	w := rotating(t, keys, "old", "new", until)
	w.PreviousSecret = sealed(t, entdbtest.Keys(), "old", w.ID)
	s := delivery.NewSigner(keys)
	if _, err := s.Sign(w, until.Add(-time.Second), "evt_1", nil); err == nil || !strings.Contains(err.Error(), "the previous one") {
		t.Errorf("while both are valid: %v", err)
	}
	if _, err := s.Sign(w, until, "evt_1", nil); err != nil {
		t.Errorf("after the switch: %v", err)
	}
}

// The client certificate is opened with the rest, and again when it changes.
func TestClientCertificateIsOpened(t *testing.T) {
	t.Parallel()
	keys := entdbtest.Keys()
	w := &ent.Webhook{ID: typeid.New(typeid.Webhook)}
	w.Secret = sealed(t, keys, "x", w.ID)
	s := delivery.NewSigner(keys)
	open := func() error {
		_, err := s.Sign(w, time.Unix(1_800_000_000, 0), "evt_1", nil)
		return err
	}
	if err := open(); err != nil || s.Identity() != nil {
		t.Errorf("none: %v, %v", s.Identity(), err)
	}
	for serial := range int64(2) {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{SerialNumber: big.NewInt(serial + 1)},
			&x509.Certificate{SerialNumber: big.NewInt(serial + 1)}, key.Public(), key)
		if err != nil {
			t.Fatal(err)
		}
		private, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		w.ClientCertificate = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
		w.ClientKey = sealed(t, keys, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})), sealing.Part(w.ID, "client_key"))
		before := s.Identity()
		if err := open(); err != nil || s.Identity() == nil || s.Identity() == before {
			t.Errorf("it opens as %v, %v", s.Identity(), err)
		}
	}
	w.ClientKey = w.Secret
	if err := open(); err == nil || !strings.Contains(err.Error(), "client certificate") {
		t.Errorf("with the secret in the place of the key: %v", err)
	}
}

// Receivers with the published library take what is sent during a rotation,
// whichever of the secrets they hold, and nothing that was altered.
func TestPublishedLibraryDuringARotation(t *testing.T) {
	t.Parallel()
	keys := entdbtest.Keys()
	texts := rapid.OneOf(rapid.StringMatching(`[!-~]([ -~]{0,58}[!-~])?`), rapid.Map(rapid.SliceOfN(rapid.Byte(), 24, 64),
		func(key []byte) string { return "whsec_" + base64.StdEncoding.EncodeToString(key) })).
		Filter(func(s string) bool { _, err := signing.ParseSecret(s); return err == nil })
	reference := func(text string) (*standardwebhooks.Webhook, error) {
		if strings.HasPrefix(text, "whsec_") {
			return standardwebhooks.NewWebhook(text)
		}
		return standardwebhooks.NewWebhookRaw([]byte(text))
	}
	rapid.Check(t, func(rt *rapid.T) {
		old, next := texts.Draw(rt, "old"), texts.Draw(rt, "new")
		at := time.Unix(rapid.Int64Range(0, 1<<40).Draw(rt, "at"), 0)
		body := rapid.OneOf(rapid.SliceOf(rapid.Byte()), rapid.Map(rapid.String(), func(s string) []byte { return []byte(s) })).Draw(rt, "body")
		id := rapid.StringMatching(`evt_[0-9a-z]{26}(-[0-9]{4}[ab]?)?`).Draw(rt, "id")
		h, err := delivery.NewSigner(keys).Sign(rotating(t, keys, old, next, at.Add(time.Second)), at, id, body)
		if err != nil {
			rt.Fatal(err)
		}
		header := http.Header{"Webhook-Id": {id}, "Webhook-Timestamp": {strconv.FormatInt(at.Unix(), 10)}, "Webhook-Signature": {standard(h)}}
		for _, text := range []string{old, next} {
			hook, err := reference(text)
			if err != nil {
				rt.Fatal(err)
			}
			if err := hook.VerifyIgnoringTimestamp(body, header); err != nil {
				rt.Fatalf("%q is refused: %v", body, err)
			}
			if hook.VerifyIgnoringTimestamp(append([]byte{'x'}, body...), header) == nil {
				rt.Fatal("another body is taken")
			}
		}
	})
}

// A message of a webhook that rotates comes with both, by the ordinary way, and
// nothing of either is kept of an answer that repeats it.
func TestRotatingWebhookIsSent(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		rc := receive(t, func(*http.Request, arrival) int { return http.StatusOK })
		keys := entdbtest.Keys()
		handler := rc.Config.Handler
		rc.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			handler.ServeHTTP(w, r)
			_, _ = w.Write([]byte(r.Header.Get("X-Token")))
		})
		hook := e.foreign(rc.URL, domain.FormatCalendly)
		old, next := signing.NewSecret(), signing.NewSecret()
		hook.Update().SetSecret(sealed(t, keys, next, hook.ID)).SetPreviousSecret(sealed(t, keys, old, hook.ID)).
			SetPreviousSecretUntil(time.Now().Add(time.Hour).UTC()).ExecX(viewer.System(t.Context()))
		e.start(func(c *delivery.Config) { c.Keys = keys })
		e.append(e.seated(1))
		d := e.await(hook, domain.DeliveryDelivered, 1)[0]
		a := rc.arrivals()[0]
		for _, secret := range []string{old, next} {
			checkSignature(t, a, &ent.Webhook{Secret: secret})
		}
		if _, ok := signing.VerifyCalendly(parsed(t, old), a.header.Get(calendlyHeader), a.body); !ok || a.header.Get("X-Token") != old {
			t.Errorf("it came with %v", a.header)
		}
		if said := d.Attempts[0].Response; said != "[secret]" {
			t.Errorf("the answer is kept as %q", said)
		}
	})
}
