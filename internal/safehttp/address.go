package safehttp

import (
	"context"
	"fmt"
	"net/netip"
	"syscall"
)

// BlockedError says that a target was refused because of its address. Trying
// again is pointless until the address or the allow list changes.
type BlockedError struct {
	// Host is the name in the URL; empty if it was the address itself.
	Host string
	// Addr is the refused address; the zero value for a name that is refused
	// without a look-up.
	Addr netip.Addr
	// Kind is what the address is for, such as "loopback".
	Kind string
}

func (e *BlockedError) Error() string {
	target := e.Host
	switch {
	case !e.Addr.IsValid():
	case target == "":
		target = e.Addr.String()
	default:
		target = fmt.Sprintf("%s (%s)", target, e.Addr)
	}
	return fmt.Sprintf("%s is not a permitted target: %s address", target, e.Kind)
}

// checkDial sees every connection just before it is made.
func (c *Client) checkDial(_ context.Context, _, address string, _ syscall.RawConn) error {
	target, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("check address: %w", err)
	}
	return c.checkAddr(target.Addr())
}

// checkAddr returns a *BlockedError or nil. The allow list is compared with the
// address a connection would go to, so it covers mapped spellings too.
func (c *Client) checkAddr(addr netip.Addr) error {
	if blocked := c.judge(addr); blocked != nil {
		return blocked
	}
	return nil
}

func (c *Client) judge(addr netip.Addr) *BlockedError {
	addr = addr.WithZone("")
	for _, prefix := range c.cfg.Allow {
		if prefix.Contains(addr.Unmap()) {
			return nil
		}
	}
	for _, n := range c.blocked {
		if n.prefix.Contains(addr) {
			return &BlockedError{Addr: addr, Kind: n.kind}
		}
	}
	return nil
}

// network is a block of addresses that are not, or not surely, a public host's.
type network struct {
	prefix netip.Prefix
	kind   string
}

// specialPurpose lists the networks to refuse; the first match names the kind.
// Sources: the IANA special-purpose registries for IPv4 and IPv6, and for what
// lies outside the IPv6 global unicast range the IANA address space registry.
// Tunnels and translations are refused as a whole, since an inner address may
// hide behind each of theirs.
func specialPurpose() []network {
	table := []struct{ prefix, kind string }{
		{"0.0.0.0/32", "unspecified"},
		{"0.0.0.0/8", "this-network"},
		{"10.0.0.0/8", "private"},
		{"100.64.0.0/10", "carrier-grade NAT"},
		{"127.0.0.0/8", "loopback"},
		{"168.63.129.16/32", "cloud platform"}, // Azure's host agent, on a public address
		{"169.254.0.0/16", "link-local"},       // among them most clouds' metadata services
		{"172.16.0.0/12", "private"},
		{"192.0.0.0/24", "protocol assignment"},
		{"192.0.2.0/24", "documentation"},
		{"192.31.196.0/24", "AS112"},
		{"192.52.193.0/24", "multicast tunnel"},
		{"192.88.99.0/24", "6to4 relay"},
		{"192.168.0.0/16", "private"},
		{"192.175.48.0/24", "AS112"},
		{"198.18.0.0/15", "benchmark"},
		{"198.51.100.0/24", "documentation"},
		{"203.0.113.0/24", "documentation"},
		{"224.0.0.0/4", "multicast"},
		{"255.255.255.255/32", "broadcast"},
		{"240.0.0.0/4", "reserved"},

		{"::/128", "unspecified"},
		{"::1/128", "loopback"},
		{"::ffff:0:0/96", "IPv4-mapped"},
		{"::ffff:0:0:0/96", "IPv4-translated"},
		{"::/96", "IPv4-compatible"},
		{"64:ff9b::/96", "NAT64"},
		{"64:ff9b:1::/48", "NAT64"},
		{"100::/64", "discard-only"},
		{"100:0:0:1::/64", "dummy"},
		{"2001::/32", "Teredo"},
		{"2001:2::/48", "benchmark"},
		{"2001:10::/28", "ORCHID"},
		{"2001:20::/28", "ORCHID"},
		{"2001::/23", "protocol assignment"},
		{"2001:db8::/32", "documentation"},
		{"2002::/16", "6to4"},
		{"2620:4f:8000::/48", "AS112"},
		{"3fff::/20", "documentation"},
		{"5f00::/16", "segment routing"},
		{"fc00::/7", "private"},
		{"fe80::/10", "link-local"},
		{"fec0::/10", "site-local"},
		{"ff00::/8", "multicast"},
		// All that is not 2000::/3, the only range in public use.
		{"::/3", "reserved"},
		{"4000::/2", "reserved"},
		{"8000::/1", "reserved"},
	}
	networks := make([]network, len(table))
	for i, row := range table {
		networks[i] = network{netip.MustParsePrefix(row.prefix), row.kind}
	}
	return networks
}
