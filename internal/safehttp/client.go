package safehttp

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"sync/atomic"
	"time"
)

// maxHeader bounds the header of an answer, in bytes.
const maxHeader = 64 << 10

// Config has usable defaults throughout.
type Config struct {
	// Allow lists networks that may be reached although they are not public.
	Allow []netip.Prefix
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
	// RootCAs verify receivers; nil means the system's.
	RootCAs *x509.CertPool
	// Resolver looks up names; nil means the system's.
	Resolver *net.Resolver
	// Now is the clock for latencies; nil means time.Now.
	Now func() time.Time
}

// Client sends requests over one shared pool of connections.
type Client struct {
	cfg       Config
	blocked   []network
	transport *http.Transport
}

// New makes a client. Every Config is valid.
func New(cfg Config) *Client {
	cfg.Timeout = cmp.Or(cfg.Timeout, 15*time.Second)
	cfg.ConnectTimeout = cmp.Or(cfg.ConnectTimeout, 10*time.Second)
	cfg.MaxResponse = cmp.Or(cfg.MaxResponse, 16<<10)
	cfg.KeepResponse = min(cmp.Or(cfg.KeepResponse, 4<<10), cfg.MaxResponse)
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	c := &Client{cfg: cfg, blocked: specialPurpose()}
	c.transport = newTransport(cfg, &net.Dialer{
		Timeout:        cfg.ConnectTimeout,
		Resolver:       cfg.Resolver,
		ControlContext: c.checkDial,
	})
	return c
}

func newTransport(cfg Config, dialer *net.Dialer) *http.Transport {
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(true)
	return &http.Transport{
		Proxy:                  nil, // a proxy would make the connection in our place, unchecked
		DialContext:            dialer.DialContext,
		TLSHandshakeTimeout:    cfg.ConnectTimeout,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: cfg.RootCAs},
		Protocols:              &protocols,
		DisableCompression:     true, // what is never inflated cannot be a bomb
		MaxResponseHeaderBytes: maxHeader,
		MaxIdleConns:           2048,
		MaxIdleConnsPerHost:    128,
		IdleConnTimeout:        90 * time.Second,
		HTTP2: &http.HTTP2Config{
			// By default a receiver may fill 4 MiB per request before we read.
			MaxReceiveBufferPerStream:     64 << 10,
			MaxReceiveBufferPerConnection: 1 << 20,
			// A connection that died silently would fail every request on it.
			SendPingTimeout: 15 * time.Second,
			PingTimeout:     10 * time.Second,
		},
	}
}

// Close closes the connections that are idle; those in use close when their
// requests end. The client stays usable.
func (c *Client) Close() { c.transport.CloseIdleConnections() }

// Request is one POST. Header and Body are read, never changed.
type Request struct {
	URL    string
	Header http.Header
	Body   []byte
}

// Response is an answer, or with an error what is known without one: then
// StatusCode is 0 and the rest may be.
type Response struct {
	StatusCode int
	Header     http.Header // 64 KiB at most
	Body       []byte      // the first KeepResponse bytes, as sent: not decompressed, of any encoding
	// Latency is the time to the end of the answer's header, or to the failure.
	Latency time.Duration
	// RemoteAddr is the address that was connected to; the zero value if none was.
	RemoteAddr netip.AddrPort
}

// Do sends a request. An answer is one as soon as its header has arrived: it is
// returned without error whatever its status, 3xx included, and even if its body
// then breaks off, never ends or runs into the time-out.
//
// A refused address is a *[BlockedError]. A request that ran out of time
// satisfies errors.Is(err, context.DeadlineExceeded). If ctx ends first, the
// error wraps its cause. Other errors describe the failure in words; none of
// them repeats the URL, which may hold secrets.
func (c *Client) Do(ctx context.Context, in Request) (Response, error) {
	var out Response
	timed, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	timed, remote := traceRemote(timed)
	req, err := c.newRequest(timed, http.MethodPost, in)
	if err != nil {
		return out, err
	}

	start := c.cfg.Now()
	// Without http.Client around it: that adds redirects, cookies and referrers.
	res, err := c.transport.RoundTrip(req)
	out.Latency = c.cfg.Now().Sub(start)
	out.RemoteAddr = remote()
	if err != nil {
		return out, c.explain(ctx, timed, req.URL.Hostname(), out.RemoteAddr.IsValid(), err)
	}
	defer res.Body.Close()
	out.StatusCode, out.Header = res.StatusCode, res.Header
	out.Body = c.read(res)
	return out, nil
}

func (c *Client) newRequest(ctx context.Context, method string, in Request) (*http.Request, error) {
	u, err := CheckURL(in.URL)
	if err != nil {
		return nil, err
	}
	if err := c.CheckTarget(u); err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, method, in.URL, bytes.NewReader(in.Body))
	if err != nil {
		return nil, err
	}
	if in.Header != nil {
		req.Header = in.Header.Clone()
	}
	if req.Header.Get("User-Agent") == "" {
		req.Header.Set("User-Agent", c.cfg.UserAgent)
	}
	return req, nil
}

// traceRemote returns a context for one request and a function that tells which
// address it was sent to. The transport may report that from any goroutine.
func traceRemote(ctx context.Context) (context.Context, func() netip.AddrPort) {
	var remote atomic.Value
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
		if tcp, ok := info.Conn.RemoteAddr().(*net.TCPAddr); ok {
			addr := tcp.AddrPort()
			remote.Store(netip.AddrPortFrom(addr.Addr().Unmap(), addr.Port()))
		}
	}})
	return ctx, func() netip.AddrPort {
		addr, _ := remote.Load().(netip.AddrPort)
		return addr
	}
}

// read returns the start of the body and reads some more to reach its end, as
// far as it is allowed to. Errors do not matter: the status line has arrived.
func (c *Client) read(res *http.Response) []byte {
	if res.StatusCode == http.StatusSwitchingProtocols {
		return nil // the bare connection, on which no time-out holds
	}
	kept, err := io.ReadAll(io.LimitReader(res.Body, c.cfg.KeepResponse))
	if err == nil {
		_, _ = io.CopyN(io.Discard, res.Body, c.cfg.MaxResponse-int64(len(kept)))
	}
	return kept
}
