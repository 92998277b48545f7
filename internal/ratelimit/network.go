package ratelimit

import "net/netip"

// Network is what an IP address is counted as: itself, or of IPv6 the /64 that a
// single client has to itself. What is no address stays as it is.
func Network(address string) string {
	at, err := netip.ParseAddr(address)
	if err != nil || at.Is4() {
		return address
	}
	prefix, err := at.Prefix(64)
	if err != nil {
		return address
	}
	return prefix.String()
}
