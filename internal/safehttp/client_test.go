package safehttp_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"slotcast/internal/safehttp"
)

// setup makes a client that is closed with the test.
func setup(t *testing.T, cfg safehttp.Config) *safehttp.Client {
	t.Helper()
	c := safehttp.New(cfg)
	t.Cleanup(c.Close)
	return c
}

// local makes a client that may reach the test servers of this machine.
func local(t *testing.T, cfg safehttp.Config) *safehttp.Client {
	t.Helper()
	cfg.Allow = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	return setup(t, cfg)
}

func serve(t *testing.T, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

// serveTLS speaks HTTP/2 too, and returns what verifies its certificate. settings
// may be nil.
func serveTLS(t *testing.T, settings *tls.Config, h http.HandlerFunc) (*httptest.Server, *x509.CertPool) {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.EnableHTTP2 = true
	s.TLS = settings
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return s, roots
}

func TestDoSendsRequest(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		for _, got := range []string{r.Method, r.URL.String(), r.Header.Get("Webhook-Id"), r.UserAgent(), r.Header.Get("Accept-Encoding"), string(body)} {
			fmt.Fprint(w, got+"|")
		}
		w.Header().Set("X-Late", "ignored")
	})
	at := time.Unix(0, 0)
	c := local(t, safehttp.Config{UserAgent: "Slotcast/test", Now: func() time.Time {
		at = at.Add(time.Second)
		return at
	}})
	header := http.Header{"Webhook-Id": {"evt_1"}}
	res, err := c.Do(t.Context(), safehttp.Request{URL: s.URL + "/hook?a=b", Header: header, Body: []byte(`{"x":1}`)})
	if err != nil {
		t.Fatal(err)
	}
	if want := `POST|/hook?a=b|evt_1|Slotcast/test||{"x":1}|`; string(res.Body) != want {
		t.Errorf("received %s, want %s", res.Body, want)
	}
	if len(header) != 1 {
		t.Errorf("the caller's header was changed: %v", header)
	}
	if res.StatusCode != http.StatusOK || res.Latency != time.Second || res.RemoteAddr.String() != s.Listener.Addr().String() {
		t.Errorf("status %d, latency %v, address %v", res.StatusCode, res.Latency, res.RemoteAddr)
	}
}

func TestDoReusesConnections(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 10, 15 << 10} {
		connections := make(chan string, 10)
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			connections <- r.RemoteAddr
			_, _ = w.Write(bytes.Repeat([]byte("x"), size))
		})
		c := local(t, safehttp.Config{})
		for range 3 {
			if _, err := c.Do(t.Context(), safehttp.Request{URL: s.URL}); err != nil {
				t.Fatal(err)
			}
		}
		if a, b, c := <-connections, <-connections, <-connections; a != b || b != c {
			t.Errorf("bodies of %d bytes: sent from %s, %s and %s", size, a, b, c)
		}
	}
}

func TestDoOverTLS(t *testing.T) {
	t.Parallel()
	s, roots := serveTLS(t, nil, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.Proto)
	})
	res, err := local(t, safehttp.Config{RootCAs: roots}).Do(t.Context(), safehttp.Request{URL: s.URL})
	if err != nil || string(res.Body) != "HTTP/2.0" {
		t.Errorf("got %q, %v; want HTTP/2.0", res.Body, err)
	}
	_, err = local(t, safehttp.Config{}).Do(t.Context(), safehttp.Request{URL: s.URL})
	if unknown := (*tls.CertificateVerificationError)(nil); !errors.As(err, &unknown) {
		t.Errorf("unknown certificate: %v", err)
	}
}

func TestDoRefusesOldTLS(t *testing.T) {
	t.Parallel()
	old := &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}
	s, roots := serveTLS(t, old, nil)
	if _, err := local(t, safehttp.Config{RootCAs: roots}).Do(t.Context(), safehttp.Request{URL: s.URL}); err == nil {
		t.Error("TLS 1.1 was accepted")
	}
}

func TestDoRefusesTargets(t *testing.T) {
	t.Parallel()
	c := setup(t, safehttp.Config{})
	for _, url := range []string{"http://127.0.0.1:1/", "http://[::ffff:127.0.0.1]:1/", "http://localhost:1/"} {
		_, err := c.Do(t.Context(), safehttp.Request{URL: url})
		if blocked := (*safehttp.BlockedError)(nil); !errors.As(err, &blocked) {
			t.Errorf("%s: %v", url, err)
		}
	}
	if _, err := c.Do(t.Context(), safehttp.Request{URL: "file:///etc/passwd"}); err == nil {
		t.Error("a file was accepted")
	}
}

func TestDoErrorsInWords(t *testing.T) {
	t.Parallel()
	unused := serve(t, nil)
	unused.Close()
	mute := serve(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	tests := []struct{ name, url, want string }{
		{"nobody listens", unused.URL, "connection refused"},
		{"no answer", mute.URL, "closed the connection without an answer"},
		{"http at an https URL", strings.Replace(mute.URL, "http:", "https:", 1), "does not speak TLS"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			res, err := local(t, safehttp.Config{}).Do(t.Context(), safehttp.Request{URL: tt.url + "/?token=sesame"})
			if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "sesame") {
				t.Errorf("error %v, want one that mentions %q and not the URL", err, tt.want)
			}
			if res.StatusCode != 0 {
				t.Errorf("status %d", res.StatusCode)
			}
		})
	}
}

func TestDoEndsWithItsContext(t *testing.T) {
	t.Parallel()
	stop := errors.New("shutting down")
	ctx, cancel := context.WithCancelCause(t.Context())
	s := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		cancel(stop)
		<-r.Context().Done()
	})
	_, err := local(t, safehttp.Config{}).Do(ctx, safehttp.Request{URL: s.URL})
	if !errors.Is(err, stop) {
		t.Errorf("error %v, want the cause of the context's end", err)
	}
}

// A name is judged by what it resolves to at the moment of the connection.
func TestDoAgainstRebinding(t *testing.T) {
	t.Parallel()
	c := setup(t, safehttp.Config{Resolver: resolver(netip.MustParseAddr("127.0.0.1"))})
	u, err := safehttp.CheckURL("http://rebind.example/hook")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.CheckTarget(u); err != nil {
		t.Errorf("the name was looked up: %v", err)
	}
	_, err = c.Do(t.Context(), safehttp.Request{URL: u.String()})
	blocked := (*safehttp.BlockedError)(nil)
	if !errors.As(err, &blocked) || blocked.Host != "rebind.example" || blocked.Addr.String() != "127.0.0.1" {
		t.Errorf("error %v, want a refusal of 127.0.0.1", err)
	}
}

func TestDoUnknownName(t *testing.T) {
	t.Parallel()
	c := setup(t, safehttp.Config{Resolver: resolver(netip.Addr{})})
	_, err := c.Do(t.Context(), safehttp.Request{URL: "http://nobody.example/hook"})
	if err == nil || !strings.Contains(err.Error(), "nobody.example does not resolve") {
		t.Errorf("error %v", err)
	}
}
