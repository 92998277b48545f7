package safehttp

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
)

// DialAlone sends a request to a URL of which nobody has judged the text: what
// refuses it then is the check of the address at the moment of the connection.
func (c *Client) DialAlone(ctx context.Context, u *url.URL) error {
	req := httptest.NewRequestWithContext(ctx, http.MethodPost, "/", http.NoBody)
	req.RequestURI, req.URL, req.Host = "", u, u.Host
	res, err := c.transport.RoundTrip(req)
	if err != nil {
		return err
	}
	return errors.Join(errors.New("there was an answer"), res.Body.Close())
}

// OverPipes lets all connections go to accept, which returns at once, without a
// network.
func (c *Client) OverPipes(accept func(net.Conn)) {
	c.transport.DialContext = func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		accept(theirs)
		return ours, nil
	}
}

// FailDials lets all connections fail with an error.
func (c *Client) FailDials(err error) {
	c.transport.DialContext = func(context.Context, string, string) (net.Conn, error) { return nil, err }
}

// Identities returns the number of identities that connections are kept for.
func (c *Client) Identities() int { return c.identities.Len() }

// MaxIdentities is maxIdentities.
const MaxIdentities = maxIdentities

// Keep makes a pool for an identity, as a request would.
func (c *Client) Keep(id *Identity) { c.transportOf(id) }
