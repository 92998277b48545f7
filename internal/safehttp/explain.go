package safehttp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"unicode"
)

const (
	maxWords = 600 // of an error, in bytes
	maxQuote = 100 // of what a stranger said, inside of it
)

// failure is an error in words for the owner of the receiver. What the words were
// made of is behind it, for programs: its text may name addresses of ours.
type failure struct {
	words   string
	cause   error
	timeout bool // of ours
}

func (e *failure) Error() string        { return printable(e.words, maxWords) }
func (e *failure) Unwrap() error        { return e.cause }
func (e *failure) Timeout() bool        { return e.timeout }
func (e *failure) Is(target error) bool { return e.timeout && target == context.DeadlineExceeded }

// trip is what is known of a request that failed.
type trip struct {
	to        *destination
	identity  *Identity
	connected bool // it had a connection, TLS included
}

// explain turns the transport's error into one that the owner of the receiver
// understands. ctx is the caller's, timed the same with our time-out.
func (c *Client) explain(ctx, timed context.Context, t trip, err error) error {
	if blocked, ok := errors.AsType[*BlockedError](err); ok {
		found := *blocked // shared with other requests that waited for the connection
		found.Host = t.to.host
		return &found
	}
	if refused, ok := errors.AsType[*ProxyError](err); ok {
		return refused
	}
	if ctx.Err() != nil {
		return fmt.Errorf("send request: %w", context.Cause(ctx))
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && c.cfg.Proxy != nil && timed.Err() == nil {
		if refused := explainProxy(t.to, op); refused != nil {
			return refused
		}
	}
	if words := c.late(timed, t, err); words != "" {
		return &failure{words: words, cause: err, timeout: true}
	}
	for _, explained := range []string{dns(t, err), badCertificate(t, err), handshake(t, err), broken(t, err), malformed(err)} {
		if explained != "" {
			return &failure{words: explained, cause: err}
		}
	}
	return &failure{words: "the request failed: " + bare(err), cause: err}
}

// late says what took too long, if that is what happened.
func (c *Client) late(timed context.Context, t trip, err error) string {
	var slow net.Error
	way := "no connection"
	if c.cfg.Proxy != nil {
		way = "no connection through the egress proxy"
	}
	switch {
	case timed.Err() != nil && t.connected:
		return fmt.Sprintf("no answer within %v; answer first and do the work afterwards", c.cfg.Timeout)
	case timed.Err() != nil:
		return fmt.Sprintf("%s within %v; check that the receiver runs and that no firewall drops packets", way, c.cfg.Timeout)
	case t.connected || !errors.As(err, &slow) || !slow.Timeout():
		return ""
	case strings.Contains(err.Error(), "TLS handshake timeout"):
		return fmt.Sprintf("no TLS handshake within %v; check that the receiver speaks TLS on this port and is not overloaded", c.cfg.ConnectTimeout)
	}
	if _, lookup := errors.AsType[*net.DNSError](err); lookup {
		return "" // its own words
	}
	return fmt.Sprintf("%s within %v; check that the receiver runs and that no firewall drops packets", way, c.cfg.ConnectTimeout)
}

// dns leaves out which resolver was asked: that is ours.
func dns(t trip, err error) string {
	lookup, ok := errors.AsType[*net.DNSError](err)
	switch {
	case !ok:
		return ""
	case lookup.IsNotFound:
		return fmt.Sprintf("the host name %s does not resolve; check its spelling and its DNS records", t.to.host)
	case lookup.IsTimeout:
		return fmt.Sprintf("the look-up of the host name %s took too long; check the name servers of its domain", t.to.host)
	}
	return fmt.Sprintf("the look-up of the host name %s failed for now; check the name servers of its domain if it goes on", t.to.host)
}

// broken knows the ways in which a connection ends before its time.
func broken(t trip, err error) string {
	var words string
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused: nothing listens on this port; start the receiver, or correct the URL's port"
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return "no route to the receiver; check its address, and if it has IPv6 addresses only, give it an IPv4 address too"
	case !t.connected && (errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET)):
		return "the receiver closed the connection before there was any exchange; check that the URL has its port, and what stands in front of it"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		words = "the receiver reset the connection before it answered; look into its log, and at what stands in front of it"
	case errors.Is(err, io.ErrUnexpectedEOF):
		words = "the receiver closed the connection in the middle of its answer; look into its log"
	case strings.Contains(err.Error(), "client conn could not be established"):
		words = "the receiver broke off the HTTP/2 connection as soon as it was made; look into its log"
	case errors.Is(err, io.EOF):
		words = "the receiver closed the connection without an answer; look into its log"
	default:
		return ""
	}
	return words + t.mutual()
}

// mutual is what else may be behind a connection over TLS that broke off: with TLS
// 1.3 a receiver looks at the client's certificate when the handshake is over for
// the client, and its refusal may be lost with the connection.
func (t trip) mutual() string {
	switch {
	case t.to.url.Scheme != "https":
		return ""
	case t.identity == nil:
		return "; if it requires a client certificate, " + setCertificate
	}
	return "; it may refuse the webhook's client certificate"
}

// malformed knows what net/http says of answers that are none.
func malformed(err error) string {
	said := bare(err)
	switch {
	case strings.Contains(said, "headers exceeded"), strings.Contains(said, "header list"), strings.Contains(said, "1xx informational"):
		return fmt.Sprintf("the answer's header is larger than %d KiB; let the receiver answer with less", maxHeader>>10)
	case strings.Contains(said, "COMPRESSION_ERROR"): // how HTTP/2 refuses one, too
		return fmt.Sprintf("the answer's header is larger than %d KiB, or malformed; let the receiver answer with less", maxHeader>>10)
	case strings.Contains(said, "malformed"), strings.Contains(said, "transport connection broken"):
		_, detail, _ := strings.Cut(said, "broken: ")
		if detail == "" {
			detail = said
		}
		return "the answer is not HTTP as it should be; check that the URL leads to a web server: " + printable(detail, maxQuote)
	case strings.Contains(said, "http2:"), strings.Contains(said, "stream error:"), strings.Contains(said, "connection error:"), strings.Contains(said, "GOAWAY"):
		return "the receiver broke off the HTTP/2 exchange; look into its log, and at what stands in front of it: " + printable(said, maxQuote)
	}
	return ""
}

// bare is what an error says without the addresses that it is about: one of them
// is ours.
func bare(err error) string {
	said := err.Error()
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Err != nil {
		said = strings.ReplaceAll(said, op.Error(), op.Op+": "+op.Err.Error())
	}
	return said
}

// printable is a text on one line, of n bytes at most.
func printable(s string, n int) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s[:min(len(s), 4*maxWords)], "\uFFFD"))
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n-len("…")], "") + "…"
}
