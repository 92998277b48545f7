package doctor

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
)

// settings says in words what is set, and what is probably not meant so.
func settings(ctx context.Context, e *examination) {
	s := e.Settings
	where := "SQLite in " + s.DataDir
	if !s.Embedded() {
		where = "PostgreSQL at " + place(s.DatabaseURL)
	}
	spread := "no Redis"
	if s.RedisURL != "" {
		spread = "Redis at " + place(s.RedisURL)
	}
	facts := fmt.Sprintf("%s, %s; listens on %s, reached at %s", where, spread, s.Addr, public(s.PublicURL))
	if s.EgressProxy != "" {
		facts += "; webhooks go through the proxy at " + place(s.EgressProxy)
	}
	e.tell(OK, facts, "")
	egress(ctx, e)

	host, _, _ := net.SplitHostPort(s.Addr)
	u, err := url.Parse(s.PublicURL)
	switch {
	case err != nil:
	case loopback(u.Hostname()) && !loopback(host):
		e.tell(Warning, "the public URL is "+public(s.PublicURL)+", which others cannot reach, although the server listens for them on "+s.Addr,
			"set SLOTCAST_PUBLIC_URL to what they use, or listen on 127.0.0.1 only")
	case u.Scheme == "http" && !nearby(u.Hostname()):
		e.tell(Warning, "the public URL is not https: tokens and attendees' data cross the network unencrypted",
			"put a proxy that speaks TLS in front, and set SLOTCAST_PUBLIC_URL to its https address")
	}
	if open := inner(s.AllowTargets); !s.Embedded() && len(open) > 0 {
		e.tell(Warning, "webhooks may reach "+strings.Join(open, ", ")+": whoever may make one can send requests to what runs there",
			"keep SLOTCAST_ALLOW_TARGETS to the networks where your own receivers are, or unset it")
	}
	if s.Embedded() && s.RedisURL != "" {
		e.tell(Warning, "Redis spreads events between servers, and the embedded database has only one",
			"unset SLOTCAST_REDIS_URL and REDIS_URL, or set SLOTCAST_DATABASE_URL to a PostgreSQL")
	}
}

// public shows a URL without a user.
func public(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return "…"
	}
	return u.Scheme + "://" + u.Host + u.Path
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// nearby says that a host is on this machine or in a network of one's own.
func nearby(host string) bool {
	ip, err := netip.ParseAddr(host)
	return loopback(host) || err == nil && ip.IsPrivate() || err != nil && !strings.Contains(host, ".")
}

// inner are the networks in which services trust their neighbours.
func inner(allowed []netip.Prefix) []string {
	var found []string
	for _, cidr := range []string{
		"127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10", "fc00::/7", "fe80::/10",
	} {
		network := netip.MustParsePrefix(cidr)
		for _, a := range allowed {
			if !a.Overlaps(network) {
				continue
			}
			if a.Bits() < network.Bits() {
				a = network
			}
			found = append(found, a.String())
		}
	}
	return found
}
