package safehttp_test

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"code.dny.dev/ssrf"

	"slotcast/internal/safehttp"
)

// everywhere is all addresses of this machine.
const everywhere = ":0"

// trap listens, and counts who connects.
type trap struct {
	addr string // one of those that it listens on
	port string
	hits atomic.Int32
}

func setTrap(t *testing.T, addr string) *trap {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	tr := new(trap)
	tr.addr = l.Addr().String()
	_, tr.port, _ = net.SplitHostPort(tr.addr)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			tr.hits.Add(1)
			_ = conn.Close()
		}
	}()
	return tr
}

// reached connects by itself, which waits until all that connected before has
// been counted, and returns how many did.
func (tr *trap) reached(t *testing.T) int32 {
	t.Helper()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", tr.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_, _ = conn.Read(make([]byte, 1)) // its end
	return tr.hits.Add(-1)
}

// refusedAtDial tells whether an address was refused when a connection to it was
// about to be made.
func refusedAtDial(err error) bool {
	blocked, ok := errors.AsType[*safehttp.BlockedError](err)
	return ok && blocked.Addr.IsValid()
}

// noName tells that net/http or its resolver take the host for no name at all, so
// that nothing is left to dial: of numbers alone, or with letters of no name.
func noName(err error) bool {
	lookup, ok := errors.AsType[*net.DNSError](err)
	return ok && lookup.IsNotFound || strings.Contains(err.Error(), "invalid")
}

// Each trick is refused three times over: as it is; at the dial, where the text
// has been let pass; and behind an innocent name that resolves to the same.
func TestCorpus(t *testing.T) {
	t.Parallel()
	tr := setTrap(t, everywhere)
	oracle := ssrf.New(ssrf.WithAnyPort())
	for _, trick := range corpus() {
		addr := netip.MustParseAddr(trick.addr)
		raw := strings.ReplaceAll(trick.url, "PORT", tr.port)
		t.Run(trick.name+" "+trick.addr, func(t *testing.T) {
			c := setup(t, safehttp.Config{Resolver: resolver(addr)})
			if _, err := c.Do(t.Context(), safehttp.Request{URL: raw}); err == nil {
				t.Error("the URL was let pass")
			}
			if u, err := url.Parse(raw); err == nil && u.Scheme == "http" && u.Host != "" {
				if err := c.DialAlone(t.Context(), u); !refusedAtDial(err) && !noName(err) {
					t.Errorf("the dial alone says: %v", err)
				}
			}
			_, err := c.Do(t.Context(), safehttp.Request{URL: "http://innocent.example:" + tr.port + "/"})
			if !refusedAtDial(err) {
				t.Errorf("a name that resolves to %s: %v", addr, err)
			}
			if addr != azure && oracle.SafeAddr(addr) == nil {
				t.Errorf("the oracle has nothing against %s", addr)
			}
		})
	}
	if n := tr.reached(t); n != 0 {
		t.Errorf("%d connections were made", n)
	}
	if n := len(corpus()); n < 60 {
		t.Errorf("the corpus has %d tricks", n)
	}
}

// azure is an address of ours alone: it is public, and not a stranger's.
var azure = netip.MustParseAddr("168.63.129.16")

// The trap is one: where loopback is allowed, what the corpus tries reaches it.
func TestTrapWorks(t *testing.T) {
	t.Parallel()
	for _, host := range []string{"127.0.0.1", "127.255.255.254", "[::ffff:127.0.0.1]", "innocent.example"} {
		tr := setTrap(t, everywhere)
		c := local(t, safehttp.Config{Resolver: resolver(netip.MustParseAddr("127.0.0.1"))})
		_, err := c.Do(t.Context(), safehttp.Request{URL: "http://" + host + ":" + tr.port + "/"})
		if n := tr.reached(t); n == 0 {
			t.Errorf("%s: %d connections were made, %v", host, n, err)
		}
	}
}

// world is a client for which 127.0.0.1 is public and all else is as it is.
func world(t *testing.T, names *net.Resolver) *safehttp.Client {
	t.Helper()
	return setup(t, safehttp.Config{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, Resolver: names})
}

var (
	public  = netip.MustParseAddr("127.0.0.1")
	private = netip.MustParseAddr("127.0.0.2")
)

func TestRedirectToPrivateIsNotFollowed(t *testing.T) {
	t.Parallel()
	tr := setTrap(t, everywhere)
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, host := range []string{"127.0.0.2", "127.2", "private.example", "[::1]"} {
			s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", "http://"+host+":"+tr.port+"/")
				w.Header().Set("Refresh", "0; url=http://"+host+":"+tr.port+"/")
				w.WriteHeader(status)
			})
			res, err := world(t, resolver(private)).Do(t.Context(), safehttp.Request{URL: s.URL})
			if err != nil || res.StatusCode != status {
				t.Errorf("%d to %s: %d, %v", status, host, res.StatusCode, err)
			}
		}
	}
	if n := tr.reached(t); n != 0 {
		t.Errorf("%d redirects were followed", n)
	}
}

// A name that was public when it was looked at is judged anew at each dial.
func TestResolverThatChangesItsAnswer(t *testing.T) {
	t.Parallel()
	tr := setTrap(t, everywhere)
	names := changing(public, private)
	c := world(t, names)
	if addrs, err := names.LookupNetIP(t.Context(), "ip", "rebind.example"); err != nil || len(addrs) != 1 || addrs[0].Unmap() != public {
		t.Fatalf("the first look-up: %v, %v", addrs, err)
	}
	_, err := c.Do(t.Context(), safehttp.Request{URL: "http://rebind.example:" + tr.port + "/"})
	if n := tr.reached(t); n != 0 || !refusedAtDial(err) {
		t.Errorf("%d connections were made, %v", n, err)
	}
}

// Also a second connection of a client that has made one before.
func TestResolverThatChangesBetweenRequests(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Connection", "close") })
	_, port, _ := net.SplitHostPort(s.Listener.Addr().String())
	c := world(t, changing(public, private))
	in := safehttp.Request{URL: "http://rebind.example:" + port + "/"}
	if res, err := c.Do(t.Context(), in); err != nil || res.RemoteAddr.Addr() != public {
		t.Fatalf("the first request: %v, %v", res.RemoteAddr, err)
	}
	if _, err := c.Do(t.Context(), in); !refusedAtDial(err) {
		t.Errorf("the second request: %v", err)
	}
}

// Of a mixed answer the private address is never connected to, be it first or
// second; the public one does not answer here.
func TestMixedAnswer(t *testing.T) {
	t.Parallel()
	tr := setTrap(t, "127.0.0.2:0")
	for _, answer := range [][]netip.Addr{{public, private}, {private, public}, {private, netip.MustParseAddr("::1")}, {public, netip.MustParseAddr("::ffff:127.0.0.2")}} {
		names := zone(func(string) (string, []netip.Addr) { return "", answer }).resolver()
		if _, err := world(t, names).Do(t.Context(), safehttp.Request{URL: "http://mixed.example:" + tr.port + "/"}); err == nil {
			t.Errorf("%v: there was an answer", answer)
		}
	}
	if n := tr.reached(t); n != 0 {
		t.Errorf("%d connections were made", n)
	}
}

func TestAliasOfPrivate(t *testing.T) {
	t.Parallel()
	tr := setTrap(t, everywhere)
	names := zone(func(string) (string, []netip.Addr) { return "db.internal.example", []netip.Addr{private} }).resolver()
	_, err := world(t, names).Do(t.Context(), safehttp.Request{URL: "http://alias.example:" + tr.port + "/"})
	if n := tr.reached(t); n != 0 || !refusedAtDial(err) {
		t.Errorf("%d connections were made, %v", n, err)
	}
}
