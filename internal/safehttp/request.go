package safehttp

import (
	"bytes"
	"context"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"sync/atomic"
	"time"
)

// Request is one POST. Header and Body are read, never changed; a receiver that
// answers early may still be sent the body when Do has returned.
type Request struct {
	URL    string
	Header http.Header // keys as they are to be sent
	Body   []byte
	// Identity is shown to receivers that ask for a client certificate; nil means
	// none. Requests with different ones never share a connection.
	Identity *Identity
}

// Response is an answer, or with an error what is known without one: then
// StatusCode is 0 and the rest may be.
type Response struct {
	StatusCode int
	Header     http.Header // 64 KiB at most
	Body       []byte      // the first KeepResponse bytes, as sent: not decompressed, of any encoding
	// Latency is the time to the end of the answer's header, or to the failure.
	Latency time.Duration
	// RemoteAddr is the address that was connected to; the zero value if none was,
	// or if a proxy makes the connections: only it knows.
	RemoteAddr netip.AddrPort
}

// Do sends a request. An answer is one as soon as its header has arrived: it is
// returned without error whatever its status, 3xx included, and even if its body
// then breaks off, never ends or runs into the time-out.
//
// A refused address is a *[BlockedError], a proxy that did not do its part a
// *[ProxyError]. A request that ran out of time satisfies errors.Is(err,
// context.DeadlineExceeded). If ctx ends first, the error wraps its cause. Errors
// say in words what happened and what to do about it, in 600 bytes at most; none
// of them repeats the URL, which may hold secrets.
func (c *Client) Do(ctx context.Context, in Request) (Response, error) {
	var out Response
	start := c.cfg.Now() // before the time-out begins, which takes no less than it says
	timed, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	timed, hop := traceHop(timed)
	to, err := c.destination(timed, in.URL)
	if err != nil {
		return out, err
	}
	req := c.newRequest(timed, http.MethodPost, to, in)

	// Without http.Client around it: that adds redirects, cookies and referrers.
	res, err := c.transportOf(in.Identity).RoundTrip(req)
	out.Latency = c.cfg.Now().Sub(start)
	if c.cfg.Proxy == nil {
		out.RemoteAddr = hop.addr()
	}
	if err == nil {
		defer res.Body.Close()
		err = c.checkAnswer(to, res)
	}
	if err != nil {
		return out, c.explain(ctx, timed, trip{to: to, identity: in.Identity, connected: hop.connected()}, err)
	}
	out.StatusCode, out.Header = res.StatusCode, res.Header
	out.Body = c.read(res)
	return out, nil
}

// newRequest does what http.NewRequest would, with a URL that is parsed already.
func (c *Client) newRequest(ctx context.Context, method string, to *destination, in Request) *http.Request {
	req := &http.Request{
		Method: method, URL: to.url, Host: to.url.Host, Header: in.Header, ContentLength: int64(len(in.Body)),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Body: http.NoBody, GetBody: func() (io.ReadCloser, error) { return http.NoBody, nil },
	}
	if len(in.Body) > 0 {
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(in.Body)), nil }
		req.Body, _ = req.GetBody()
	}
	if req.Header.Get("User-Agent") == "" {
		if req.Header = maps.Clone(in.Header); req.Header == nil {
			req.Header = make(http.Header, 1)
		}
		req.Header["User-Agent"] = c.agent
	}
	return req.WithContext(ctx)
}

// hop tells where a request went: what the transport reports of the connection
// that it got for it, possibly from another goroutine.
type hop struct {
	trace  httptrace.ClientTrace
	got    atomic.Bool
	remote atomic.Pointer[net.TCPAddr]
}

// traceHop returns a context for one request, and what it will have told.
func traceHop(ctx context.Context) (context.Context, *hop) {
	h := new(hop)
	h.trace.GotConn = h.note
	return httptrace.WithClientTrace(ctx, &h.trace), h
}

func (h *hop) note(info httptrace.GotConnInfo) {
	if tcp, ok := info.Conn.RemoteAddr().(*net.TCPAddr); ok {
		h.remote.Store(tcp)
	}
	h.got.Store(true)
}

func (h *hop) connected() bool { return h.got.Load() }

func (h *hop) addr() netip.AddrPort {
	tcp := h.remote.Load()
	if tcp == nil {
		return netip.AddrPort{}
	}
	addr := tcp.AddrPort()
	return netip.AddrPortFrom(addr.Addr().Unmap(), addr.Port())
}

// read returns the start of the body and reads some more to reach its end, as
// far as it is allowed to. Errors do not matter: the status line has arrived.
func (c *Client) read(res *http.Response) []byte {
	switch {
	case res.StatusCode == http.StatusSwitchingProtocols:
		return nil // the bare connection, on which no time-out holds
	case res.Body == http.NoBody:
		return nil
	case 0 < res.ContentLength && res.ContentLength <= c.cfg.KeepResponse && res.ProtoMajor == 1:
		kept := make([]byte, res.ContentLength)
		n, _ := io.ReadFull(res.Body, kept) // the last byte brings the end with it
		return kept[:n]
	}
	kept, err := io.ReadAll(io.LimitReader(res.Body, c.cfg.KeepResponse))
	if err == nil {
		_, _ = io.CopyN(io.Discard, res.Body, c.cfg.MaxResponse-int64(len(kept)))
	}
	return kept
}
