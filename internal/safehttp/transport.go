package safehttp

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"time"
)

// newTransport makes a pool of connections. Those of an identity present its
// certificate, and are no others' connections.
func (c *Client) newTransport(id *Identity) *http.Transport {
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(true)
	t := &http.Transport{
		Proxy:                  nil, // never that of the environment: it would connect in our place, unchecked
		DialContext:            c.dialer.DialContext,
		TLSHandshakeTimeout:    c.cfg.ConnectTimeout,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: c.cfg.RootCAs},
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
	if id != nil {
		t.TLSClientConfig.GetClientCertificate = id.present
		t.MaxIdleConns = 128
	}
	if c.cfg.Proxy != nil {
		t.Proxy = http.ProxyURL(c.cfg.Proxy)
		t.OnProxyConnectResponse = checkConnect
		t.DialTLSContext = c.dialProxy
	}
	return t
}

// dialProxy connects to a proxy that is spoken to over TLS. The transport would
// do it with the settings for receivers, and show the proxy their certificates.
func (c *Client) dialProxy(ctx context.Context, network, addr string) (net.Conn, error) {
	conn, err := c.dialer.DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	timed, cancel := context.WithTimeout(ctx, c.cfg.ConnectTimeout)
	defer cancel()
	over := tls.Client(conn, &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: c.cfg.RootCAs, ServerName: c.cfg.Proxy.Hostname()})
	if err := over.HandshakeContext(timed); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return over, nil
}

// transportOf returns the pool of an identity, or the one for requests without.
func (c *Client) transportOf(id *Identity) *http.Transport {
	if id == nil {
		return c.transport
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	t, ok := c.identities.Get(id.fingerprint)
	if !ok {
		t = c.newTransport(id)
		c.identities.Add(id.fingerprint, t)
	}
	return t
}
