package safehttp

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// ProxyError says that the egress proxy, and not the receiver, is why there is no
// answer. It names neither the proxy's address nor its password.
type ProxyError struct {
	// Status is what the proxy answered; 0 if it answered nothing, or does not
	// speak HTTP.
	Status int
	// Broken says that no request of anybody gets through: the proxy cannot be
	// reached, does not let this server in, or is none.
	Broken bool
	words  string
}

func (e *ProxyError) Error() string { return "the egress proxy " + e.words }

const askOperator = "; the operator of this server has to look at SLOTCAST_EGRESS_PROXY"

// checkConnect sees what a proxy answers to CONNECT.
func checkConnect(_ context.Context, _ *url.URL, connect *http.Request, res *http.Response) error {
	if res.StatusCode == http.StatusOK {
		return nil
	}
	return refusedBy(res.StatusCode, connect.Host)
}

func refusedBy(status int, target string) *ProxyError {
	words := fmt.Sprintf("answered with status %d when it was asked for %s"+askOperator, status, target)
	switch status {
	case http.StatusProxyAuthRequired:
		words = "refuses the user and password of this server (status 407)" + askOperator
	case http.StatusForbidden:
		words = fmt.Sprintf("does not permit %s as a target (status 403); have it permitted there, or use another URL", target)
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		words = fmt.Sprintf("could not connect to %s (status %d); check that the receiver runs and can be reached from outside", target, status)
	}
	return &ProxyError{Status: status, Broken: status == http.StatusProxyAuthRequired, words: words}
}

// checkAnswer refuses an answer that is not the receiver's. Of a request that is
// not encrypted a proxy may answer anything; that this status is its own is sure.
func (c *Client) checkAnswer(to *destination, res *http.Response) error {
	if c.cfg.Proxy == nil || c.cfg.Proxy.Scheme == "socks5" || to.url.Scheme != "http" || res.StatusCode != http.StatusProxyAuthRequired {
		return nil
	}
	_ = res.Body.Close()
	return refusedBy(res.StatusCode, to.host)
}

// explainProxy knows the failures between us and the proxy, by the operations that
// net/http names. It returns nil for those behind it.
func explainProxy(to *destination, op *net.OpError) *ProxyError {
	switch {
	case op.Op == "proxyconnect":
		return &ProxyError{Broken: true, words: "cannot be reached" + askOperator}
	case !strings.HasPrefix(op.Op, "socks"):
		return nil
	}
	said := op.Err.Error()
	switch {
	case strings.Contains(said, "authentication"), strings.Contains(said, "username/password"):
		return &ProxyError{Broken: true, words: "refuses the user and password of this server" + askOperator}
	case strings.Contains(said, "not allowed by ruleset"):
		return &ProxyError{words: fmt.Sprintf("does not permit %s as a target; have it permitted there, or use another URL", to.host)}
	case strings.Contains(said, "unknown error "):
		_, reason, _ := strings.Cut(said, "unknown error ")
		return &ProxyError{words: fmt.Sprintf("could not connect to %s: %s; check that the receiver runs and can be reached from outside", to.host, printable(reason, 100))}
	}
	return &ProxyError{Broken: true, words: "does not speak SOCKS as it should" + askOperator}
}

const (
	lookupTime = time.Second      // for the look-up of a name that a proxy will look up again
	verdictAge = 30 * time.Second // for how long its result holds
	silence    = 5 * time.Minute  // for how long a resolver that does not answer is not asked again
)

// verdict is what was found out about a name.
type verdict struct {
	err   error // a *BlockedError
	until time.Time
}

// checkName refuses a name that leads to a refused address as far as we can see.
// A proxy resolves it itself, perhaps differently: this is a second fence, the
// first one is the proxy's. A name that we cannot resolve is left to the proxy;
// where proxies are needed, only they may be able to.
func (c *Client) checkName(ctx context.Context, host string) error {
	if _, err := netip.ParseAddr(host); err == nil {
		return nil // CheckTarget has judged it
	}
	now := time.Now()
	if v, ok := c.verdicts.Get(host); ok && now.Before(v.until) {
		return v.err
	}
	timed, cancel := context.WithTimeout(ctx, lookupTime)
	defer cancel()
	addrs, err := c.cfg.Resolver.LookupNetIP(timed, "ip", host)
	if ctx.Err() != nil {
		return fmt.Errorf("send request: %w", context.Cause(ctx))
	}
	v := verdict{until: now.Add(verdictAge)}
	if timed.Err() != nil {
		v.until = now.Add(silence)
	}
	if err == nil {
		v.err = c.checkAll(host, addrs)
	}
	c.verdicts.Add(host, v)
	return v.err
}

// checkAll refuses a name of which any address is refused: we do not know which
// one the proxy takes.
func (c *Client) checkAll(host string, addrs []netip.Addr) error {
	for _, addr := range addrs {
		if blocked := c.judge(addr.Unmap()); blocked != nil {
			blocked.Host = host
			return blocked
		}
	}
	return nil
}
