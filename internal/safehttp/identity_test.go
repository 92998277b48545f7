package safehttp_test

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"slotcast/internal/safehttp"
	"slotcast/internal/safehttp/safehttptest"
)

func identity(t *testing.T, c tls.Certificate) *safehttp.Identity {
	t.Helper()
	id, err := safehttp.NewIdentity(c)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// named issues a certificate of which the receiver can tell the name.
func named(t *testing.T, a *safehttptest.Authority, name string) *safehttp.Identity {
	t.Helper()
	return identity(t, a.Issue(t, func(c *x509.Certificate) { c.Subject.CommonName = name }))
}

// asks is a receiver that answers with the name on the caller's certificate and
// the address of the connection that it came by.
func asks(t *testing.T, clients *safehttptest.Authority, policy tls.ClientAuthType) (url string, roots *x509.CertPool) {
	t.Helper()
	s, roots := serveTLS(t, &tls.Config{ClientAuth: policy, ClientCAs: clients.Pool()}, func(w http.ResponseWriter, r *http.Request) {
		name := "nobody"
		if len(r.TLS.PeerCertificates) > 0 {
			name = r.TLS.PeerCertificates[0].Subject.CommonName
		}
		fmt.Fprint(w, name+" "+r.RemoteAddr)
	})
	return s.URL, roots
}

// Each identity has its connections, which no other and nobody without one gets.
func TestIdentitiesShareNoConnection(t *testing.T) {
	t.Parallel()
	authority := safehttptest.NewAuthority(t)
	url, roots := asks(t, authority, tls.VerifyClientCertIfGiven)
	c := local(t, safehttp.Config{RootCAs: roots})
	ada, ben := named(t, authority, "ada"), named(t, authority, "ben")
	came := map[string]string{}
	for range 2 {
		for name, id := range map[string]*safehttp.Identity{"ada": ada, "ben": ben, "nobody": nil} {
			res, err := c.Do(t.Context(), safehttp.Request{URL: url, Identity: id})
			if err != nil {
				t.Fatal(err)
			}
			who, from, _ := strings.Cut(string(res.Body), " ")
			if who != name {
				t.Errorf("%s came as %s", name, who)
			}
			if before := came[name]; before != "" && before != from {
				t.Errorf("%s came from %s and then %s: the connection was not used again", name, before, from)
			}
			came[name] = from
		}
	}
	if came["ada"] == came["ben"] || came["ada"] == came["nobody"] || came["ben"] == came["nobody"] {
		t.Errorf("a connection was shared: %v", came)
	}
}

// An identity that was made again, of the same certificate and key, is the same.
func TestIdentityMadeAgain(t *testing.T) {
	t.Parallel()
	authority := safehttptest.NewAuthority(t)
	url, roots := asks(t, authority, tls.RequireAndVerifyClientCert)
	c := local(t, safehttp.Config{RootCAs: roots})
	certificate := authority.Issue(t, nil)
	var answers []string
	for range 2 {
		res, err := c.Do(t.Context(), safehttp.Request{URL: url, Identity: identity(t, certificate)})
		if err != nil {
			t.Fatal(err)
		}
		answers = append(answers, string(res.Body))
	}
	if answers[0] != answers[1] || c.Identities() != 1 {
		t.Errorf("%v over %d pools", answers, c.Identities())
	}
}

func TestIdentitiesAreBounded(t *testing.T) {
	t.Parallel()
	authority := safehttptest.NewAuthority(t)
	c := setup(t, safehttp.Config{})
	for range safehttp.MaxIdentities + 10 {
		c.Keep(named(t, authority, "one of many"))
	}
	if n := c.Identities(); n != safehttp.MaxIdentities {
		t.Errorf("connections are kept for %d identities", n)
	}
	c.Close()
	if n := c.Identities(); n != 0 {
		t.Errorf("%d are left behind the end", n)
	}
}

// The addresses are checked for these connections as for all.
func TestIdentityIsRefusedPrivateTargets(t *testing.T) {
	t.Parallel()
	tr := setTrap(t, everywhere)
	id := named(t, safehttptest.NewAuthority(t), "ada")
	c := setup(t, safehttp.Config{Resolver: resolver(private)})
	_, err := c.Do(t.Context(), safehttp.Request{URL: "https://rebind.example:" + tr.port, Identity: id})
	if n := tr.reached(t); n != 0 || !refusedAtDial(err) {
		t.Errorf("%d connections were made, %v", n, err)
	}
}

func TestNewIdentityRefuses(t *testing.T) {
	t.Parallel()
	authority := safehttptest.NewAuthority(t)
	one, other := authority.Issue(t, nil), authority.Issue(t, nil)
	for _, tt := range []struct {
		name string
		pair tls.Certificate
		want string
	}{
		{"nothing", tls.Certificate{}, "no certificate"},
		{"no certificate", tls.Certificate{Certificate: [][]byte{[]byte("x")}, PrivateKey: one.PrivateKey}, "malformed"},
		{"a stranger's key", tls.Certificate{Certificate: one.Certificate, PrivateKey: other.PrivateKey}, "not that of the certificate"},
		{"no key", tls.Certificate{Certificate: one.Certificate}, "not that of the certificate"},
		{"the issuer first", tls.Certificate{Certificate: [][]byte{other.Certificate[0], one.Certificate[0]}, PrivateKey: one.PrivateKey}, "comes first"},
	} {
		if _, err := safehttp.NewIdentity(tt.pair); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
}

func TestClientCertificateInWords(t *testing.T) {
	t.Parallel()
	authority, stranger := safehttptest.NewAuthority(t), safehttptest.NewAuthority(t)
	url, roots := asks(t, authority, tls.RequireAndVerifyClientCert)
	c := local(t, safehttp.Config{RootCAs: roots})
	_, err := c.Do(t.Context(), safehttp.Request{URL: url})
	if err == nil || !strings.Contains(err.Error(), "requires a client certificate") || !strings.Contains(err.Error(), "on the webhook") {
		t.Errorf("without: %v", err)
	}
	_, err = c.Do(t.Context(), safehttp.Request{URL: url, Identity: named(t, stranger, "eve")})
	if err == nil || !strings.Contains(err.Error(), "the webhook's client certificate") {
		t.Errorf("with a stranger's: %v", err)
	}
}
