package safehttp

import (
	"context"
	"net/url"
)

// destination is a URL that CheckURL and CheckTarget have let pass, as far as
// the text alone tells. The client remembers some: webhooks' URLs come again.
type destination struct {
	url  *url.URL // shared by requests: never changed
	host string
}

// destination returns the destination of a URL, or why nothing may be sent there.
func (c *Client) destination(ctx context.Context, raw string) (*destination, error) {
	d, ok := c.destinations.Get(raw)
	if !ok {
		u, err := CheckURL(raw)
		if err != nil {
			return nil, err
		}
		if err := c.CheckTarget(u); err != nil {
			return nil, err
		}
		d = &destination{url: u, host: u.Hostname()}
		c.destinations.Add(raw, d)
	}
	if c.cfg.Proxy != nil {
		if err := c.checkName(ctx, d.host); err != nil {
			return nil, err
		}
	}
	return d, nil
}
