package webhook_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/sealing"
	"slotcast/internal/webhook"
)

// certificate makes one that its own key signs, as the change has it.
func certificate(t *testing.T, change func(*x509.Certificate)) (in webhook.CertificateInput, fingerprint string) {
	t.Helper()
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(t)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "slotcast", Organization: []string{"Acme"}},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(1, 0, 0), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	if change != nil {
		change(template)
	}
	der := must(x509.CreateCertificate(rand.Reader, template, template, key.Public(), key))(t)
	sum := sha256.Sum256(der)
	return webhook.CertificateInput{Certificate: text("CERTIFICATE", der), Key: pkcs8(t, key)}, hex.EncodeToString(sum[:])
}

func pkcs8(t *testing.T, key crypto.PrivateKey) string {
	t.Helper()
	return text("PRIVATE KEY", must(x509.MarshalPKCS8PrivateKey(key))(t))
}

func text(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func TestClientCertificate(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s, mine, _ := setup(t, db)
		pair, fingerprint := certificate(t, nil)
		other, next := certificate(t, func(c *x509.Certificate) { c.ExtKeyUsage = nil }) // for whatever
		in := input()
		in.ClientCertificate = &webhook.CertificateInput{Certificate: "Bag Attributes\n" + pair.Certificate + "password: x\n" + other.Certificate, Key: pair.Key}
		made, _, err := s.Create(mine.ctx, in)
		if err != nil {
			t.Fatal(err)
		}
		kept := func() *ent.Webhook { return must(db.Client.Webhook.Get(mine.ctx, made.ID))(t) }
		holds := func(w *ent.Webhook, chain, key, fingerprint string) {
			t.Helper()
			if w.ClientCertificate != chain || sealing.KeyOf(w.ClientKey) == "" || strings.Contains(w.ClientKey, "PRIVATE") {
				t.Errorf("kept as %q and %q", w.ClientCertificate, w.ClientKey)
			}
			opened := must(webhook.OpenCertificate(s.Keys(), w))(t)
			if got := pkcs8(t, opened.PrivateKey); got != key {
				t.Errorf("the key opens as another one")
			}
			c := must(webhook.CertificateOf(w))(t)
			if c.Subject != "CN=slotcast,O=Acme" || c.Issuer != c.Subject || c.Fingerprint != fingerprint || !c.NotAfter.Equal(opened.Leaf.NotAfter) {
				t.Errorf("it is told as %+v", c)
			}
			if _, err := s.Keys().Open(w.ClientKey, w.ID); err == nil {
				t.Error("the key opens where the secret belongs")
			}
		}
		holds(kept(), pair.Certificate+other.Certificate, pair.Key, fingerprint)
		must(s.Update(mine.ctx, made.ID, webhook.Changes{Description: pointer("leaves it")}))(t)
		holds(kept(), pair.Certificate+other.Certificate, pair.Key, fingerprint)
		must(s.Update(mine.ctx, made.ID, webhook.Changes{ClientCertificate: &other}))(t)
		holds(kept(), other.Certificate, other.Key, next)
		must(s.Update(mine.ctx, made.ID, webhook.Changes{RemoveClientCertificate: true}))(t)
		w := kept()
		if c, err := webhook.CertificateOf(w); w.ClientCertificate+w.ClientKey != "" || c != nil || err != nil {
			t.Errorf("taken away: %v, %v, %v", w, c, err)
		}
		if c, err := webhook.OpenCertificate(s.Keys(), w); c != nil || err != nil {
			t.Errorf("taken away: %v, %v", c, err)
		}
		log := strings.Join(entries(t, db, mine), "\n")
		told := func(f string) string { return fmt.Sprintf(`{"certificate":"%s","key":"(hidden)"}`, f) }
		for _, part := range []string{
			`"clientCertificate":{"to":` + told(fingerprint) + `}`,
			`{"clientCertificate":{"from":` + told(fingerprint) + `,"to":` + told(next) + `}}`, `{"clientCertificate":{"from":` + told(next) + `,"to":null}}`,
		} {
			if !strings.Contains(log, part) {
				t.Errorf("the audit log lacks %s in\n%s", part, log)
			}
		}
	})
}

func TestClientCertificateIsRefused(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s, mine, _ := setup(t, db)
		good, _ := certificate(t, nil)
		other, _ := certificate(t, nil)
		ended, _ := certificate(t, func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) })
		early, _ := certificate(t, func(c *x509.Certificate) { c.NotBefore = time.Now().Add(time.Hour) })
		server, _ := certificate(t, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} })
		const certificate, key = "clientCertificate.certificate", "clientCertificate.key"
		w, _, err := s.Create(mine.ctx, input())
		if err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string]struct {
			in          webhook.CertificateInput
			field, says string
		}{
			"nothing":           {webhook.CertificateInput{}, certificate, "no PEM block"},
			"words":             {webhook.CertificateInput{Certificate: "open sesame", Key: good.Key}, certificate, "no PEM block"},
			"no certificate":    {webhook.CertificateInput{Certificate: text("CERTIFICATE", []byte("x")), Key: good.Key}, certificate, "certificate 1 cannot be read"},
			"key in it":         {webhook.CertificateInput{Certificate: good.Certificate + good.Key, Key: good.Key}, certificate, "the key has a field of its own"},
			"too many":          {webhook.CertificateInput{Certificate: strings.Repeat(good.Certificate, 11), Key: good.Key}, certificate, "at most 10 certificates"},
			"too long":          {webhook.CertificateInput{Certificate: good.Certificate + strings.Repeat("\n", 20_000), Key: good.Key}, certificate, "at most 20000 bytes"},
			"ended":             {ended, certificate, "it ended on"},
			"not yet":           {early, certificate, "it is valid from"},
			"for servers":       {server, certificate, "client authentication"},
			"no key":            {webhook.CertificateInput{Certificate: good.Certificate}, key, "no PEM block"},
			"another's key":     {webhook.CertificateInput{Certificate: good.Certificate, Key: other.Key}, key, "not the key of the first certificate"},
			"a broken key":      {webhook.CertificateInput{Certificate: good.Certificate, Key: text("PRIVATE KEY", []byte("x"))}, key, "not the key"},
			"a protected key":   {webhook.CertificateInput{Certificate: good.Certificate, Key: text("ENCRYPTED PRIVATE KEY", []byte("x"))}, key, "password"},
			"two keys":          {webhook.CertificateInput{Certificate: good.Certificate, Key: good.Key + other.Key}, key, "more than one"},
			"a long key":        {webhook.CertificateInput{Certificate: good.Certificate, Key: good.Key + strings.Repeat(" ", 10_000)}, key, "at most 10000 bytes"},
			"a certificate for": {webhook.CertificateInput{Certificate: good.Certificate, Key: good.Certificate}, key, "no PEM block"},
		} {
			in := input()
			in.ClientCertificate = &c.in
			_, _, err := s.Create(mine.ctx, in)
			refused(t, name, err, "BAD_USER_INPUT "+c.field)
			if err != nil && (!strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), good.Key[40:60])) {
				t.Errorf("%s: %v, want %q", name, err, c.says)
			}
			_, err = s.Update(mine.ctx, w.ID, webhook.Changes{ClientCertificate: &c.in})
			refused(t, name, err, "BAD_USER_INPUT "+c.field)
		}
		_, err = s.Update(mine.ctx, w.ID, webhook.Changes{ClientCertificate: &good, RemoveClientCertificate: true})
		refused(t, "both", err, "BAD_USER_INPUT removeClientCertificate")
		_, err = s.Update(mine.ctx, w.ID, webhook.Changes{ClientCertificate: &good, SubscriberURL: pointer("http://127.0.0.1:9")})
		refused(t, "over http", err, "BAD_USER_INPUT clientCertificate")
		if d := diff(must(db.Client.Webhook.Get(mine.ctx, w.ID))(t), w); d != "" {
			t.Errorf("the row (-want +got):\n%s", d)
		}
	})
}

// A secret that can be found by trying is taken, and warned of.
func TestWarningOfAShortSecret(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s, mine, _ := setup(t, db)
		for secret, want := range map[string]bool{"s": true, "0123456789abcde": true, "0123456789abcdef": false} {
			in := input()
			in.Secret = &secret
			w, _, err := s.Create(mine.ctx, in)
			if err != nil {
				t.Fatal(err)
			}
			if got := s.Warnings(w); len(got) > 0 != want || want && !strings.Contains(got[0], "fewer than 16 characters") {
				t.Errorf("of %q: %v", secret, got)
			}
		}
	})
}

func TestWarnings(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s, mine, _ := setup(t, db)
		pair, _ := certificate(t, nil)
		in := input()
		in.ClientCertificate = &pair
		w, _, err := s.Create(mine.ctx, in)
		if err != nil {
			t.Fatal(err)
		}
		lost := must(sealing.NewRing(sealing.NewKey()))(t)
		ends := must(webhook.CertificateOf(w))(t).NotAfter
		for _, c := range []struct {
			at     time.Time
			change func(*ent.Webhook)
			want   []string
		}{
			{time.Now(), func(*ent.Webhook) {}, nil},
			{time.Now(), func(w *ent.Webhook) { w.Secret = "" }, []string{"not signed"}},
			{time.Now(), func(w *ent.Webhook) { w.SubscriberURL = "http://example.com" }, []string{"http, not https"}},
			{time.Now(), func(w *ent.Webhook) { w.Secret = must(lost.Seal("x", w.ID))(t) }, []string{"secret cannot be opened, so nothing is sent"}},
			{time.Now(), func(w *ent.Webhook) { w.ClientKey = must(lost.Seal("x", w.ID))(t) }, []string{"certificate cannot be used"}},
			{ends.AddDate(0, 0, -31), func(*ent.Webhook) {}, nil},
			{ends.AddDate(0, 0, -29), func(*ent.Webhook) {}, []string{"ends on " + ends.Format(time.DateOnly)}},
			{ends.Add(time.Second), func(w *ent.Webhook) { w.Secret = "" }, []string{"not signed", "ended on " + ends.Format(time.DateOnly)}},
		} {
			changed := *w
			c.change(&changed)
			s.At(c.at)
			got := s.Warnings(&changed)
			if len(got) != len(c.want) || got == nil {
				t.Errorf("%v, want %v", got, c.want)
				continue
			}
			for i, words := range c.want {
				if !strings.Contains(got[i], words) {
					t.Errorf("%v, want %v", got, c.want)
				}
			}
		}
	})
}
