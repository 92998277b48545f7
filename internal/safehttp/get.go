package safehttp

import (
	"context"
	"fmt"
	"io"
	"net/http"
)

// Get fetches a document of at most limit bytes. Unlike for Do, an answer is one
// only with status 200 and its whole body within the time-out. Errors are those
// of Do, or say in words what came instead.
func (c *Client) Get(ctx context.Context, rawURL string, limit int64) ([]byte, error) {
	timed, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	timed, hop := traceHop(timed)
	to, err := c.destination(timed, rawURL)
	if err != nil {
		return nil, err
	}
	explain := func(err error) error {
		return c.explain(ctx, timed, trip{to: to, connected: hop.connected()}, err)
	}
	res, err := c.transport.RoundTrip(c.newRequest(timed, http.MethodGet, to, Request{}))
	if err != nil {
		return nil, explain(err)
	}
	defer res.Body.Close()
	if err := c.checkAnswer(to, res); err != nil {
		return nil, err
	}
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the answer has status %d, not 200", res.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, limit+1))
	if err != nil {
		return nil, explain(err)
	}
	if int64(len(body)) > limit {
		return nil, fmt.Errorf("the answer has more than %d bytes", limit)
	}
	return body, nil
}
