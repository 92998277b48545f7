package safehttp_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"slotcast/internal/safehttp"
	"slotcast/internal/safehttp/safehttptest"
)

const password = "s3same/+?"

// proxy is an HTTP proxy that knows one user.
type proxy struct {
	*httptest.Server
	onward http.Transport
	status int // answered to every request, if not 0

	mu    sync.Mutex
	asked []string
}

func newProxy(t *testing.T, status int) *proxy {
	t.Helper()
	p := &proxy{status: status}
	p.Server = httptest.NewUnstartedServer(p)
	t.Cleanup(p.Close)
	t.Cleanup(p.onward.CloseIdleConnections)
	return p
}

// at is the URL of the proxy, with its user.
func (p *proxy) at(t *testing.T) *url.URL {
	t.Helper()
	u, err := url.Parse(p.URL)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword("slotcast", password)
	return u
}

func (p *proxy) log() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.asked, " ")
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.asked = append(p.asked, r.Method+" "+r.Host)
	p.mu.Unlock()
	want := "Basic " + base64.StdEncoding.EncodeToString([]byte("slotcast:"+password))
	switch {
	case r.Header.Get("Proxy-Authorization") != want:
		w.WriteHeader(http.StatusProxyAuthRequired)
	case p.status != 0:
		w.WriteHeader(p.status)
	case r.Method == http.MethodConnect:
		p.tunnel(w, r)
	default:
		r.RequestURI = ""
		r.Header.Del("Proxy-Authorization")
		res, err := p.onward.RoundTrip(r)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		defer res.Body.Close()
		w.WriteHeader(res.StatusCode)
		_, _ = io.Copy(w, res.Body)
	}
}

func (p *proxy) tunnel(w http.ResponseWriter, r *http.Request) {
	there, err := new(net.Dialer).DialContext(r.Context(), "tcp", r.Host)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	here, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	fmt.Fprint(here, "HTTP/1.1 200 OK\r\n\r\n")
	relay(here, there)
}

func relay(here, there net.Conn) {
	go func() {
		_, _ = io.Copy(there, here)
		_ = there.Close()
	}()
	_, _ = io.Copy(here, there)
	_ = here.Close()
}

// Through a proxy everything arrives, and only the proxy is connected to: its own
// address, loopback, is the operator's choice.
func TestProxyCarriesRequests(t *testing.T) {
	t.Parallel()
	answer := func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Proxy-Authorization") != "" {
			t.Error("the receiver got the proxy's password")
		}
		fmt.Fprint(w, r.Proto)
	}
	plain := serve(t, answer)
	over, roots := serveTLS(t, nil, answer)
	p := newProxy(t, 0)
	p.Start()
	for target, want := range map[string]string{plain.URL: "HTTP/1.1", over.URL: "HTTP/2.0"} {
		c := local(t, safehttp.Config{Proxy: p.at(t), RootCAs: roots})
		res, err := c.Do(t.Context(), safehttp.Request{URL: target, Body: []byte("{}")})
		if err != nil || string(res.Body) != want || res.RemoteAddr.IsValid() {
			t.Errorf("%s: %q from %v, %v", target, res.Body, res.RemoteAddr, err)
		}
	}
	for _, want := range []string{"POST " + plain.Listener.Addr().String(), "CONNECT " + over.Listener.Addr().String()} {
		if !strings.Contains(p.log(), want) {
			t.Errorf("the proxy was asked for %s, not for %s", p.log(), want)
		}
	}
}

// A proxy that is spoken to over TLS gets no certificate that is for receivers.
func TestProxyOverTLS(t *testing.T) {
	t.Parallel()
	authority := safehttptest.NewAuthority(t)
	url, roots := asks(t, authority, tls.RequireAnyClientCert)
	p := newProxy(t, 0)
	var shown atomic.Int32
	p.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		shown.Add(int32(len(r.TLS.PeerCertificates)))
		p.ServeHTTP(w, r)
	})
	p.TLS = &tls.Config{ClientAuth: tls.RequestClientCert}
	p.StartTLS()
	roots.AddCert(p.Certificate())
	c := local(t, safehttp.Config{Proxy: p.at(t), RootCAs: roots})
	res, err := c.Do(t.Context(), safehttp.Request{URL: url, Identity: named(t, authority, "ada")})
	if err != nil || !strings.HasPrefix(string(res.Body), "ada ") {
		t.Errorf("%q, %v", res.Body, err)
	}
	if shown.Load() != 0 {
		t.Error("the proxy was shown the receiver's certificate")
	}
}

func TestProxyInWords(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		status int // of the proxy
		url    string
		want   string
	}{
		{407, "https://receiver.example/", "refuses the user and password of this server"},
		{407, "http://receiver.example/", "refuses the user and password of this server"},
		{403, "https://receiver.example/", "does not permit receiver.example:443 as a target"},
		{502, "https://receiver.example/", "could not connect to receiver.example:443 (status 502)"},
		{504, "https://receiver.example/", "could not connect to receiver.example:443 (status 504)"},
		{418, "https://receiver.example/", "answered with status 418"},
	} {
		p := newProxy(t, tt.status)
		p.Start()
		c := setup(t, safehttp.Config{Proxy: p.at(t), Resolver: resolver(netip.Addr{})})
		res, err := c.Do(t.Context(), safehttp.Request{URL: tt.url})
		refused, ok := errors.AsType[*safehttp.ProxyError](err)
		if !ok || refused.Status != tt.status || !strings.Contains(err.Error(), tt.want) || res.StatusCode != 0 {
			t.Errorf("%d for %s: %v, want %q", tt.status, tt.url, err, tt.want)
		}
		if _, err := c.Get(t.Context(), tt.url, 10); !errors.As(err, new(*safehttp.ProxyError)) {
			t.Errorf("%d for %s, Get: %v", tt.status, tt.url, err)
		}
		if err != nil && (strings.Contains(err.Error(), "s3same") || strings.Contains(err.Error(), "127.0.0.1")) {
			t.Errorf("%v shows the proxy", err)
		}
	}
}

// What a proxy answers that cannot be told from a receiver's answer is one.
func TestProxyAnswersForAReceiver(t *testing.T) {
	t.Parallel()
	p := newProxy(t, 403)
	p.Start()
	c := setup(t, safehttp.Config{Proxy: p.at(t), Resolver: resolver(netip.Addr{})})
	res, err := c.Do(t.Context(), safehttp.Request{URL: "http://receiver.example/"})
	if err != nil || res.StatusCode != http.StatusForbidden {
		t.Errorf("%d, %v", res.StatusCode, err)
	}
}

func TestProxyThatIsAway(t *testing.T) {
	t.Parallel()
	p := newProxy(t, 0)
	p.Start()
	gone := p.at(t)
	p.Close()
	for _, scheme := range []string{"http", "https", "socks5"} {
		gone.Scheme = scheme
		c := setup(t, safehttp.Config{Proxy: gone, Resolver: resolver(netip.Addr{})})
		_, err := c.Do(t.Context(), safehttp.Request{URL: "https://receiver.example/"})
		if !errors.As(err, new(*safehttp.ProxyError)) || !strings.Contains(err.Error(), "cannot be reached") || strings.Contains(err.Error(), "127.0.0.1") {
			t.Errorf("%s: %v", scheme, err)
		}
	}
}

// A proxy that takes the question and says nothing is given up in time.
func TestProxyThatHangs(t *testing.T) {
	t.Parallel()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0") // connections wait in its queue, unanswered
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	for _, scheme := range []string{"http", "https", "socks5"} {
		at := &url.URL{Scheme: scheme, Host: l.Addr().String(), User: url.UserPassword("slotcast", password)}
		c := setup(t, safehttp.Config{Proxy: at, Resolver: resolver(netip.Addr{}), Timeout: 200 * time.Millisecond})
		_, err := c.Do(t.Context(), safehttp.Request{URL: "https://receiver.example/"})
		if !errors.Is(err, context.DeadlineExceeded) || !strings.HasPrefix(err.Error(), "no connection through the egress proxy within 200ms; ") {
			t.Errorf("%s: %v", scheme, err)
		}
	}
}

// What can be judged here is: the proxy is not even asked.
func TestProxyIsNotAskedForPrivateTargets(t *testing.T) {
	t.Parallel()
	p := newProxy(t, 0)
	p.Start()
	mixed := []netip.Addr{netip.MustParseAddr("8.8.8.8"), netip.MustParseAddr("10.0.0.1")}
	names := zone(func(name string) (string, []netip.Addr) {
		if name == "mixed.example" {
			return "", mixed
		}
		return "", mixed[1:]
	}).resolver()
	c := setup(t, safehttp.Config{Proxy: p.at(t), Resolver: names})
	for _, host := range []string{"127.0.0.1", "10.0.0.1", "[::1]", "[64:ff9b::a00:1]", "127.1", "localhost", "intranet.example", "mixed.example"} {
		for _, scheme := range []string{"http", "https"} {
			for range 2 { // the second time from memory
				if _, err := c.Do(t.Context(), safehttp.Request{URL: scheme + "://" + host + "/"}); !errors.As(err, new(*safehttp.BlockedError)) {
					t.Errorf("%s://%s: %v", scheme, host, err)
				}
			}
		}
	}
	if asked := p.log(); asked != "" {
		t.Errorf("the proxy was asked for %s", asked)
	}
}

// socks is a SOCKS5 proxy (RFC 1928, RFC 1929) that knows one user.
func socks(t *testing.T, reply byte) *url.URL {
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
			go socksServe(conn, reply)
		}
	}()
	return &url.URL{Scheme: "socks5", Host: l.Addr().String(), User: url.UserPassword("slotcast", password)}
}

func socksServe(conn net.Conn, reply byte) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	text := func() string {
		n, _ := in.ReadByte()
		b := make([]byte, n)
		_, _ = io.ReadFull(in, b)
		return string(b)
	}
	_, _ = in.ReadByte()
	text() // the methods
	_, _ = conn.Write([]byte{5, 2})
	_, _ = in.ReadByte()
	if user, pass := text(), text(); user != "slotcast" || pass != password {
		_, _ = conn.Write([]byte{1, 1})
		return
	}
	_, _ = conn.Write([]byte{1, 0})
	head := make([]byte, 4)
	_, _ = io.ReadFull(in, head)
	var host string
	switch head[3] {
	case 1:
		ip := make([]byte, 4)
		_, _ = io.ReadFull(in, ip)
		host = net.IP(ip).String()
	case 3:
		host = text()
	}
	port := make([]byte, 2)
	_, _ = io.ReadFull(in, port)
	_, _ = conn.Write([]byte{5, reply, 0, 1, 0, 0, 0, 0, 0, 0})
	if reply != 0 {
		return
	}
	there, err := net.Dial("tcp", net.JoinHostPort(host, fmt.Sprint(binary.BigEndian.Uint16(port))))
	if err != nil {
		return
	}
	relay(conn, there)
}

func TestSOCKS(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "hello") })
	c := local(t, safehttp.Config{Proxy: socks(t, 0)})
	if res, err := c.Do(t.Context(), safehttp.Request{URL: s.URL}); err != nil || string(res.Body) != "hello" || res.RemoteAddr.IsValid() {
		t.Errorf("%q from %v, %v", res.Body, res.RemoteAddr, err)
	}
	stranger := socks(t, 0)
	stranger.User = url.UserPassword("slotcast", "wrong")
	for want, at := range map[string]*url.URL{
		"refuses the user and password":                socks(t, 0),
		"does not permit receiver.example as a target": socks(t, 2),
		"host unreachable":                             socks(t, 4),
		"connection refused":                           socks(t, 5),
	} {
		if strings.Contains(want, "password") {
			at = stranger
		}
		c := setup(t, safehttp.Config{Proxy: at, Resolver: resolver(netip.Addr{})})
		_, err := c.Do(t.Context(), safehttp.Request{URL: "http://receiver.example/"})
		if !errors.As(err, new(*safehttp.ProxyError)) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "127.0.0.1") {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
