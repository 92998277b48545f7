package safehttp_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"slotcast/internal/safehttp"
	"slotcast/internal/safehttp/safehttptest"
)

// says fails the test unless a request fails with all of these words, and with
// nothing that is not the receiver's business.
func says(t *testing.T, c *safehttp.Client, url string, words ...string) {
	t.Helper()
	_, err := c.Do(t.Context(), safehttp.Request{URL: url + "/?token=sesame", Body: []byte("{}")})
	if err == nil {
		t.Errorf("%s: there was an answer, want %q", url, words)
		return
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%s: %q, want %q", url, err, w)
		}
	}
	if strings.Contains(err.Error(), "sesame") || len(err.Error()) > 600 || strings.ContainsAny(err.Error(), "\r\n\x00") {
		t.Errorf("%s: %q shows the URL, or is not a line of 600 bytes", url, err)
	}
}

func TestCertificatesInWords(t *testing.T) {
	t.Parallel()
	authority := safehttptest.NewAuthority(t)
	c := local(t, safehttp.Config{RootCAs: authority.Pool()})
	long := strings.Repeat("a", 60) + "." + strings.Repeat("b", 60) + ".example"
	for _, tt := range []struct {
		name   string
		names  []string
		change func(*x509.Certificate)
		words  []string
	}{
		{"expired", []string{"127.0.0.1"}, func(c *x509.Certificate) { c.NotAfter = time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC) },
			[]string{"the receiver's certificate expired on 29 February 2024, 12:00 UTC", "renew it"}},
		{"not yet valid", []string{"127.0.0.1"}, func(c *x509.Certificate) {
			c.NotBefore, c.NotAfter = time.Date(2124, 1, 2, 3, 4, 0, 0, time.UTC), time.Date(2125, 1, 1, 0, 0, 0, 0, time.UTC)
		}, []string{"is not valid before 2 January 2124, 03:04 UTC", "clock"}},
		{"another host's", []string{"a.example", "b.example", "10.0.0.1"}, nil,
			[]string{"is not for 127.0.0.1 but for a.example, b.example, 10.0.0.1", "use one of its names"}},
		{"of many hosts", []string{long, "b.example", "c.example", "d.example", "e.example", "f.example", "g.example"}, nil,
			[]string{"aaa…, b.example", "e.example and 2 more"}},
		{"of no host", nil, nil, []string{"but for no name at all"}},
		{"for another purpose", []string{"127.0.0.1"}, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning} },
			[]string{"is not accepted", "incompatible key usage"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, _ := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{authority.Issue(t, tt.change, tt.names...)}}, nil)
			says(t, c, s.URL, tt.words...)
		})
	}
	unknown, _ := serveTLS(t, nil, nil)
	says(t, c, unknown.URL, "signed by an unknown authority, or by itself", "let it present one that is valid")
}

func TestHandshakesInWords(t *testing.T) {
	t.Parallel()
	authority := safehttptest.NewAuthority(t)
	c := local(t, safehttp.Config{RootCAs: authority.Pool()})
	ours := []tls.Certificate{authority.Issue(t, nil, "127.0.0.1")}
	refuse := func(*tls.ClientHelloInfo) (*tls.Config, error) { return nil, errors.New("not known here") }
	old, _ := serveTLS(t, &tls.Config{Certificates: ours, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, nil)
	says(t, c, old.URL, "no version of TLS that is still safe", "TLS 1.2")
	picky, _ := serveTLS(t, &tls.Config{Certificates: ours, GetConfigForClient: refuse}, nil)
	says(t, c, picky.URL, "refused the TLS handshake (tls: internal error)", "its log")
	mutual := &tls.Config{Certificates: ours, ClientAuth: tls.RequireAnyClientCert, MaxVersion: tls.VersionTLS12}
	strict, _ := serveTLS(t, mutual, nil)
	says(t, c, strict.URL, "client certificate", "on the webhook")
	plain := serve(t, nil)
	says(t, c, strings.Replace(plain.URL, "http:", "https:", 1), "does not speak TLS on this port", "http://")
}

// raw is a receiver that does with a connection what it likes.
func raw(t *testing.T, serve func(conn net.Conn)) (url string) {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				serve(conn)
			}()
		}
	}()
	return "http://" + l.Addr().String()
}

// after takes a request's first bytes, and answers with a text.
func after(text string) func(net.Conn) {
	return func(conn net.Conn) {
		_, _ = conn.Read(make([]byte, 4<<10))
		_, _ = io.WriteString(conn, text)
	}
}

func TestBrokenExchangesInWords(t *testing.T) {
	t.Parallel()
	reset := func(conn net.Conn) {
		_, _ = conn.Read(make([]byte, 10)) // in the middle of the request
		_ = conn.(*net.TCPConn).SetLinger(0)
	}
	big := "HTTP/1.1 200 OK\r\n" + strings.Repeat("X-Pad: "+strings.Repeat("x", 1000)+"\r\n", 4<<10) + "\r\n"
	for _, tt := range []struct {
		name  string
		serve func(net.Conn)
		words []string
	}{
		{"reset", reset, []string{"reset the connection before it answered", "look into its log"}},
		{"nothing", after(""), []string{"closed the connection without an answer", "look into its log"}},
		{"half a header", after("HTTP/1.1 200 OK\r\nX-A: b\r\n"), []string{"closed the connection in the middle of its answer"}},
		{"another protocol", after("220 mail.example ESMTP\r\n"), []string{"not HTTP as it should be", "mail.example", "check that the URL"}},
		{"rubbish", after("\x00\x01\xff\xfe" + strings.Repeat("\x80", 2000) + "\r\n\r\n"), []string{"not HTTP as it should be"}},
		{"a bad header", after("HTTP/1.1 200 OK\r\nno colon\r\n\r\n"), []string{"not HTTP as it should be", "no colon"}},
		{"a bad status", after("HTTP/1.1 abc OK\r\n\r\n"), []string{"not HTTP as it should be", "abc"}},
		{"4 MB of header", after(big), []string{"header is larger than 64 KiB", "answer with less"}},
		{"interim answers for ever", after(strings.Repeat("HTTP/1.1 103 Early Hints\r\nX-Pad: "+strings.Repeat("x", 1000)+"\r\n\r\n", 4<<10)), []string{"header is larger than 64 KiB"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			says(t, local(t, safehttp.Config{}), raw(t, tt.serve), tt.words...)
		})
	}
	over, roots := serveTLS(t, nil, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/big/" {
			w.Header().Set("X-Huge", strings.Repeat("x", 4<<20))
			return
		}
		panic(http.ErrAbortHandler)
	})
	c := local(t, safehttp.Config{RootCAs: roots})
	says(t, c, over.URL, "broke off the HTTP/2 exchange", "look into its log")
	says(t, c, over.URL+"/big", "header is larger than 64 KiB")
	gone := serve(t, nil)
	gone.Close()
	says(t, c, gone.URL, "connection refused: nothing listens on this port", "start the receiver")
}

func TestNamesInWords(t *testing.T) {
	t.Parallel()
	with := func(r *net.Resolver) *safehttp.Client { return setup(t, safehttp.Config{Resolver: r}) }
	says(t, with(resolver(netip.Addr{})), "http://nobody.example", "the host name nobody.example does not resolve", "spelling")
	says(t, with(refusing(dnsmessage.RCodeServerFailure)), "http://broken.example", "look-up of the host name broken.example failed for now", "name servers")
}

// What has no words of its own is told without the addresses of this side.
func TestOtherFailuresInWords(t *testing.T) {
	t.Parallel()
	inner := &net.TCPAddr{IP: net.IPv4(10, 9, 8, 7), Port: 4711}
	for _, err := range []error{
		&net.OpError{Op: "dial", Net: "tcp", Source: inner, Addr: inner, Err: syscall.EMFILE},
		fmt.Errorf("net/http: HTTP/1.x transport connection broken: %w", &net.OpError{Op: "read", Net: "tcp", Source: inner, Err: syscall.EIO}),
	} {
		c := setup(t, safehttp.Config{})
		c.FailDials(err)
		_, said := c.Do(t.Context(), safehttp.Request{URL: "http://receiver.example/"})
		if said == nil || strings.Contains(said.Error(), "10.9.8.7") ||
			!strings.Contains(said.Error(), "too many open files") && !strings.Contains(said.Error(), "input/output error") {
			t.Errorf("%v: %v", err, said)
		}
	}
}
