package doctor

import (
	"context"
	"fmt"
	"net"
	"net/url"
)

// egress looks whether the proxy can be connected to that webhooks go through.
// What it lets pass, only it knows.
func egress(ctx context.Context, e *examination) {
	proxy, err := url.Parse(e.Settings.EgressProxy)
	if err != nil || e.Settings.EgressProxy == "" {
		return
	}
	port := proxy.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443", "socks5": "1080"}[proxy.Scheme]
	}
	ctx, cancel := e.look(ctx)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", net.JoinHostPort(proxy.Hostname(), port))
	if err != nil {
		e.tell(Failure, fmt.Sprintf("the egress proxy %s does not answer: %s; no webhook is delivered without it", proxy.Host, e.said(err)),
			"start it, or correct or unset SLOTCAST_EGRESS_PROXY")
		return
	}
	_ = conn.Close()
}
