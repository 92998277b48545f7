package safehttp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
)

// timeoutError is an expired time-out of ours.
type timeoutError string

func (e timeoutError) Error() string        { return string(e) }
func (e timeoutError) Timeout() bool        { return true }
func (e timeoutError) Is(target error) bool { return target == context.DeadlineExceeded }

// explain turns the transport's error into one that the owner of the receiver
// understands. ctx is the caller's, timed the same with our time-out.
func (c *Client) explain(ctx, timed context.Context, host string, connected bool, err error) error {
	var blocked *BlockedError
	if errors.As(err, &blocked) {
		found := *blocked // shared with other requests that waited for the connection
		found.Host = host
		return &found
	}
	if ctx.Err() != nil {
		return fmt.Errorf("send request: %w", context.Cause(ctx))
	}
	var lookup *net.DNSError
	var netErr net.Error
	var notTLS tls.RecordHeaderError
	switch {
	case timed.Err() != nil && connected:
		return timeoutError(fmt.Sprintf("no answer within %v", c.cfg.Timeout))
	case timed.Err() != nil:
		return timeoutError(fmt.Sprintf("no connection within %v", c.cfg.Timeout))
	case errors.As(err, &lookup) && lookup.IsNotFound:
		return fmt.Errorf("the host name %s does not resolve: %w", host, err)
	case !connected && errors.As(err, &netErr) && netErr.Timeout():
		return timeoutError(fmt.Sprintf("no connection within %v", c.cfg.ConnectTimeout))
	case errors.As(err, &notTLS):
		return fmt.Errorf("the receiver does not speak TLS, the https:// URL may have to be http:// or have another port: %w", err)
	case errors.Is(err, io.EOF):
		return fmt.Errorf("the receiver closed the connection without an answer: %w", err)
	}
	return fmt.Errorf("send request: %w", err)
}
