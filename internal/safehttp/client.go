package safehttp

import (
	"cmp"
	"crypto/x509"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
)

const (
	maxHeader       = 64 << 10 // of an answer, in bytes
	maxDestinations = 1024     // URLs that are remembered; of 2 KiB each
	maxIdentities   = 256      // certificates that connections are kept for
)

// Config has usable defaults throughout.
type Config struct {
	// Allow lists networks that may be reached although they are not public.
	Allow []netip.Prefix
	// Proxy, if set, makes all connections: http, https or socks5, with a user and
	// a password where it asks for them. Its own address is not judged. What can be
	// judged of targets still is, see the package's comment.
	Proxy *url.URL
	// Timeout bounds a request from the first look-up to the last byte of the
	// answer that is read. 0 means 15 s.
	Timeout time.Duration
	// ConnectTimeout bounds look-up and connection together, and the TLS
	// handshake by itself. 0 means 10 s.
	ConnectTimeout time.Duration
	// UserAgent is sent unless a request brings its own.
	UserAgent string
	// MaxResponse is how much of a body is read, so that the connection can be
	// used again; KeepResponse is how much of that is returned. Both in bytes;
	// 0 means 16 KiB and 4 KiB.
	MaxResponse, KeepResponse int64
	// RootCAs verify receivers, and a proxy that is spoken to over TLS; nil means
	// the system's.
	RootCAs *x509.CertPool
	// Resolver looks up names; nil means the system's.
	Resolver *net.Resolver
	// Now is the clock for latencies; nil means time.Now.
	Now func() time.Time
}

// Client sends requests over pools of connections: one that all requests without
// an identity share, and one for each [Identity].
type Client struct {
	cfg          Config
	blocked      []network
	agent        []string // the header's values; never changed
	dialer       *net.Dialer
	transport    *http.Transport // of requests without an identity
	destinations *lru.Cache[string, *destination]
	verdicts     *lru.Cache[string, verdict] // on names; with a proxy only

	mu         sync.Mutex
	identities *lru.Cache[fingerprint, *http.Transport]
}

// New makes a client. Every Config is valid.
func New(cfg Config) *Client {
	cfg.Timeout = cmp.Or(cfg.Timeout, 15*time.Second)
	cfg.ConnectTimeout = cmp.Or(cfg.ConnectTimeout, 10*time.Second)
	cfg.MaxResponse = cmp.Or(cfg.MaxResponse, 16<<10)
	cfg.KeepResponse = min(cmp.Or(cfg.KeepResponse, 4<<10), cfg.MaxResponse)
	if cfg.Resolver == nil {
		cfg.Resolver = net.DefaultResolver
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	c := &Client{cfg: cfg, blocked: specialPurpose(), agent: []string{cfg.UserAgent}}
	c.dialer = &net.Dialer{Timeout: cfg.ConnectTimeout, Resolver: cfg.Resolver}
	if cfg.Proxy == nil {
		c.dialer.ControlContext = c.checkDial
	}
	// The errors are for sizes that are not positive.
	c.destinations, _ = lru.New[string, *destination](maxDestinations)
	c.verdicts, _ = lru.New[string, verdict](maxDestinations)
	c.identities, _ = lru.NewWithEvict(maxIdentities, func(_ fingerprint, t *http.Transport) { t.CloseIdleConnections() })
	c.transport = c.newTransport(nil)
	return c
}

// Close closes the connections that are idle; those in use close when their
// requests end. The client stays usable.
func (c *Client) Close() {
	c.transport.CloseIdleConnections()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.identities.Purge()
}
