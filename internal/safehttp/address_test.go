package safehttp_test

import (
	"errors"
	"net/netip"
	"testing"

	"code.dny.dev/ssrf"
	"pgregory.net/rapid"

	"slotcast/internal/safehttp"
)

func blockedKind(t *testing.T, c *safehttp.Client, rawURL string) string {
	t.Helper()
	u, err := safehttp.CheckURL(rawURL)
	if err != nil {
		t.Fatalf("%s: %v", rawURL, err)
	}
	var blocked *safehttp.BlockedError
	if err := c.CheckTarget(u); errors.As(err, &blocked) {
		return blocked.Kind
	} else if err != nil {
		return err.Error()
	}
	return ""
}

func literal(addr netip.Addr) string {
	return "http://" + netip.AddrPortFrom(addr, 80).String() + "/"
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	c := setup(t, safehttp.Config{})
	tests := []struct{ addr, kind string }{
		{"8.8.8.8", ""},
		{"11.0.0.1", ""},
		{"100.63.255.255", ""},
		{"100.128.0.0", ""},
		{"169.253.255.255", ""},
		{"172.15.255.255", ""},
		{"172.32.0.0", ""},
		{"198.20.0.1", ""},
		{"223.255.255.255", ""},
		{"2606:4700:4700::1111", ""},
		{"2a00:1450:4001:80b::200e", ""},
		{"2003::1", ""},

		{"0.0.0.0", "unspecified"},
		{"0.1.2.3", "this-network"},
		{"10.255.0.1", "private"},
		{"100.64.0.1", "carrier-grade NAT"},
		{"100.100.100.200", "carrier-grade NAT"},
		{"127.0.0.1", "loopback"},
		{"127.255.255.254", "loopback"},
		{"168.63.129.16", "cloud platform"},
		{"169.254.169.254", "link-local"},
		{"172.31.255.255", "private"},
		{"192.0.0.192", "protocol assignment"},
		{"192.0.2.1", "documentation"},
		{"192.88.99.1", "6to4 relay"},
		{"192.168.1.1", "private"},
		{"198.19.0.1", "benchmark"},
		{"198.51.100.7", "documentation"},
		{"203.0.113.7", "documentation"},
		{"239.1.1.1", "multicast"},
		{"250.0.0.1", "reserved"},
		{"255.255.255.255", "broadcast"},

		{"::", "unspecified"},
		{"::1", "loopback"},
		{"::7f00:1", "IPv4-compatible"},
		{"::ffff:127.0.0.1", "IPv4-mapped"},
		{"::ffff:8.8.8.8", "IPv4-mapped"},
		{"::ffff:0:127.0.0.1", "IPv4-translated"},
		{"64:ff9b::7f00:1", "NAT64"},
		{"64:ff9b:1::a00:1", "NAT64"},
		{"100::1", "discard-only"},
		{"2001:0:1234::1", "Teredo"},
		{"2001:2::1", "benchmark"},
		{"2001:10::1", "ORCHID"},
		{"2001:2f::1", "ORCHID"},
		{"2001:1::1", "protocol assignment"},
		{"2001:db8::1", "documentation"},
		{"2002:7f00:1::", "6to4"},
		{"3fff:fff::1", "documentation"},
		{"5f00::1", "segment routing"},
		{"fd00:ec2::254", "private"},
		{"fe80::1", "link-local"},
		{"febf::1", "link-local"},
		{"fec0::1", "site-local"},
		{"ff02::1", "multicast"},
		{"1000::1", "reserved"},
		{"4000::1", "reserved"},
		{"e000::1", "reserved"},
	}
	for _, tt := range tests {
		t.Run(tt.addr, func(t *testing.T) {
			t.Parallel()
			if got := blockedKind(t, c, literal(netip.MustParseAddr(tt.addr))); got != tt.kind {
				t.Errorf("got %q, want %q", got, tt.kind)
			}
		})
	}
}

// We refuse whatever an independent implementation refuses, at the edges of
// each of its networks and at random addresses in and around them.
func TestAddressesAgainstOracle(t *testing.T) {
	t.Parallel()
	c := setup(t, safehttp.Config{})
	oracle := ssrf.New(ssrf.WithAnyPort(), ssrf.WithAnyNetwork())
	check := func(addr netip.Addr) string {
		if addr.IsValid() && oracle.SafeAddr(addr) != nil && blockedKind(t, c, literal(addr)) == "" {
			return "the oracle refuses " + addr.String() + ", we do not"
		}
		return ""
	}
	networks := append(append([]netip.Prefix{ssrf.IPv6GlobalUnicast}, ssrf.IPv4DeniedPrefixes...), ssrf.IPv6DeniedPrefixes...)
	for _, n := range networks {
		first, last := n.Masked().Addr(), lastOf(n)
		for _, addr := range []netip.Addr{first.Prev(), first, first.Next(), last.Prev(), last, last.Next()} {
			if problem := check(addr); problem != "" {
				t.Error(problem)
			}
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		bytes := rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(rt, "bytes")
		near := rapid.SampledFrom(networks).Draw(rt, "near")
		shared := rapid.IntRange(0, near.Addr().BitLen()).Draw(rt, "shared bits")
		v4, _ := netip.AddrFromSlice(bytes[:4])
		v6, _ := netip.AddrFromSlice(bytes)
		for _, addr := range []netip.Addr{v4, v6, netip.AddrFrom16(v4.As16()), splice(near.Addr(), bytes, shared)} {
			if problem := check(addr); problem != "" {
				rt.Fatal(problem)
			}
		}
	})
}

// splice takes the first n bits from addr and the others from rest.
func splice(addr netip.Addr, rest []byte, n int) netip.Addr {
	out := addr.AsSlice()
	for i := range out {
		keep := min(max(n-8*i, 0), 8)
		mask := byte(0xff) >> keep
		out[i] = out[i]&^mask | rest[i]&mask
	}
	spliced, _ := netip.AddrFromSlice(out)
	return spliced
}

func lastOf(n netip.Prefix) netip.Addr {
	ones := make([]byte, 16)
	for i := range ones {
		ones[i] = 0xff
	}
	return splice(n.Addr(), ones, n.Bits())
}

func TestAllowList(t *testing.T) {
	t.Parallel()
	c := setup(t, safehttp.Config{Allow: []netip.Prefix{
		netip.MustParsePrefix("10.1.0.0/16"),
		netip.MustParsePrefix("127.0.0.1/32"),
		netip.MustParsePrefix("fd00::/8"),
	}})
	tests := []struct{ url, kind string }{
		{"http://10.1.2.3/", ""},
		{"http://10.2.0.1/", "private"},
		{"http://[fd12::1]/", ""},
		{"http://[fc12::1]/", "private"},
		{"http://127.0.0.1/", ""},
		{"http://127.0.0.2/", "loopback"},
		{"http://[::ffff:127.0.0.1]/", ""},
		{"http://[::ffff:127.0.0.2]/", "IPv4-mapped"},
		{"http://[::1]/", "loopback"},
		{"http://localhost/", ""},
	}
	for _, tt := range tests {
		t.Run(tt.url, func(t *testing.T) {
			t.Parallel()
			if got := blockedKind(t, c, tt.url); got != tt.kind {
				t.Errorf("got %q, want %q", got, tt.kind)
			}
		})
	}
}

func TestBlockedErrorInWords(t *testing.T) {
	t.Parallel()
	loopback := netip.MustParseAddr("127.0.0.1")
	tests := []struct {
		err  safehttp.BlockedError
		want string
	}{
		{safehttp.BlockedError{Addr: loopback, Kind: "loopback"}, "127.0.0.1 is not a permitted target: loopback address"},
		{safehttp.BlockedError{Host: "localhost", Kind: "loopback"}, "localhost is not a permitted target: loopback address"},
		{safehttp.BlockedError{Host: "a.example", Addr: loopback, Kind: "loopback"}, "a.example (127.0.0.1) is not a permitted target: loopback address"},
	}
	for _, tt := range tests {
		if got := tt.err.Error(); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}
