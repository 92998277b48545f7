package safehttp_test

// trick is a way to make a sender reach what it must not.
type trick struct {
	name string
	url  string // PORT stands for that of the trap
	addr string // what it is after; names in url resolve to it
}

// corpus is the tricks that one URL is enough for. Those that need an answer or
// a name server of their own are in ssrf_test.go.
func corpus() []trick {
	return []trick{
		// IPv4, in each way to write it
		{"dotted decimal", "http://127.0.0.1:PORT/", "127.0.0.1"},
		{"another loopback address", "http://127.255.255.254:PORT/", "127.255.255.254"},
		{"one decimal number", "http://2130706433:PORT/", "127.0.0.1"},
		{"one octal number", "http://017700000001:PORT/", "127.0.0.1"},
		{"one hexadecimal number", "http://0x7f000001:PORT/", "127.0.0.1"},
		{"hexadecimal, upper case", "http://0X7F000001:PORT/", "127.0.0.1"},
		{"octal parts", "http://0177.0.0.01:PORT/", "127.0.0.1"},
		{"octal parts with many zeros", "http://0000177.0000.0000.00001:PORT/", "127.0.0.1"},
		{"hexadecimal parts", "http://0x7f.0x0.0x0.0x1:PORT/", "127.0.0.1"},
		{"mixed parts", "http://0x7f.0.000.1:PORT/", "127.0.0.1"},
		{"two parts", "http://127.1:PORT/", "127.0.0.1"},
		{"three parts", "http://127.0.1:PORT/", "127.0.0.1"},
		{"two parts, large last one", "http://127.65535:PORT/", "127.0.255.255"},
		{"a number beyond 32 bits", "http://6425673729:PORT/", "127.0.0.1"}, // some cut it
		{"parts beyond 8 bits", "http://383.256.256.257:PORT/", "127.0.0.1"},
		{"trailing dot", "http://127.0.0.1.:PORT/", "127.0.0.1"},
		{"short and trailing dot", "http://127.1.:PORT/", "127.0.0.1"},
		{"zero", "http://0:PORT/", "0.0.0.0"},
		{"unspecified", "http://0.0.0.0:PORT/", "0.0.0.0"},
		{"this network", "http://0.1.2.3:PORT/", "0.1.2.3"},
		{"an empty hexadecimal number", "http://0x:PORT/", "0.0.0.0"},

		// IPv4 networks
		{"private, 10/8", "http://10.0.0.1:PORT/", "10.0.0.1"},
		{"private, 172.16/12", "http://172.31.255.254:PORT/", "172.31.255.254"},
		{"private, 192.168/16", "http://192.168.1.1:PORT/", "192.168.1.1"},
		{"carrier-grade NAT", "http://100.64.0.1:PORT/", "100.64.0.1"},
		{"link-local", "http://169.254.1.1:PORT/", "169.254.1.1"},
		{"protocol assignments", "http://192.0.0.8:PORT/", "192.0.0.8"},
		{"documentation 1", "http://192.0.2.1:PORT/", "192.0.2.1"},
		{"documentation 2", "http://198.51.100.1:PORT/", "198.51.100.1"},
		{"documentation 3", "http://203.0.113.1:PORT/", "203.0.113.1"},
		{"6to4 relay", "http://192.88.99.1:PORT/", "192.88.99.1"},
		{"benchmarks", "http://198.18.0.1:PORT/", "198.18.0.1"},
		{"multicast", "http://224.0.0.1:PORT/", "224.0.0.1"},
		{"reserved", "http://240.0.0.1:PORT/", "240.0.0.1"},
		{"broadcast", "http://255.255.255.255:PORT/", "255.255.255.255"},

		// metadata services of clouds
		{"metadata", "http://169.254.169.254:PORT/latest/meta-data/", "169.254.169.254"},
		{"metadata, decimal", "http://2852039166:PORT/", "169.254.169.254"},
		{"metadata, hexadecimal", "http://0xa9fea9fe:PORT/", "169.254.169.254"},
		{"metadata, octal", "http://0251.0376.0251.0376:PORT/", "169.254.169.254"},
		{"metadata, mapped", "http://[::ffff:a9fe:a9fe]:PORT/", "169.254.169.254"},
		{"metadata over IPv6", "http://[fd00:ec2::254]:PORT/", "fd00:ec2::254"},
		{"metadata of Alibaba", "http://100.100.100.200:PORT/", "100.100.100.200"},
		{"metadata of Oracle", "http://192.0.0.192:PORT/", "192.0.0.192"},
		{"host agent of Azure", "http://168.63.129.16:PORT/", "168.63.129.16"},
		{"metadata by name", "http://metadata.google.internal:PORT/", "169.254.169.254"},
		{"metadata by short name", "http://metadata:PORT/", "169.254.169.254"},

		// IPv6
		{"loopback", "http://[::1]:PORT/", "::1"},
		{"loopback, in full", "http://[0000:0000:0000:0000:0000:0000:0000:0001]:PORT/", "::1"},
		{"unspecified", "http://[::]:PORT/", "::"},
		{"mapped", "http://[::ffff:127.0.0.1]:PORT/", "::ffff:127.0.0.1"},
		{"mapped, hexadecimal", "http://[::ffff:7f00:1]:PORT/", "::ffff:127.0.0.1"},
		{"mapped, in full", "http://[0:0:0:0:0:FFFF:7F00:0001]:PORT/", "::ffff:127.0.0.1"},
		{"compatible", "http://[::127.0.0.1]:PORT/", "::7f00:1"},
		{"translated", "http://[::ffff:0:127.0.0.1]:PORT/", "::ffff:0:7f00:1"},
		{"6to4", "http://[2002:7f00:1::]:PORT/", "2002:7f00:1::"},
		{"6to4 of a private one", "http://[2002:a00:1::1]:PORT/", "2002:a00:1::1"},
		{"NAT64", "http://[64:ff9b::127.0.0.1]:PORT/", "64:ff9b::7f00:1"},
		{"NAT64 of metadata", "http://[64:ff9b::169.254.169.254]:PORT/", "64:ff9b::a9fe:a9fe"},
		{"local NAT64", "http://[64:ff9b:1::a00:1]:PORT/", "64:ff9b:1::a00:1"},
		{"Teredo", "http://[2001:0:4136:e378:8000:63bf:80ff:fffe]:PORT/", "2001:0:4136:e378:8000:63bf:80ff:fffe"},
		{"ISATAP", "http://[fe80::5efe:127.0.0.1]:PORT/", "fe80::5efe:7f00:1"},
		{"unique local", "http://[fc00::1]:PORT/", "fc00::1"},
		{"unique local, assigned", "http://[fd12:3456:789a::1]:PORT/", "fd12:3456:789a::1"},
		{"link-local", "http://[fe80::1]:PORT/", "fe80::1"},
		{"link-local with a zone", "http://[fe80::1%25lo]:PORT/", "fe80::1"},
		{"loopback with a zone", "http://[::1%25lo]:PORT/", "::1"},
		{"site-local", "http://[fec0::1]:PORT/", "fec0::1"},
		{"discard", "http://[100::1]:PORT/", "100::1"},
		{"documentation", "http://[2001:db8::1]:PORT/", "2001:db8::1"},
		{"documentation, new", "http://[3fff::1]:PORT/", "3fff::1"},
		{"multicast", "http://[ff02::1]:PORT/", "ff02::1"},
		{"segment routing", "http://[5f00::1]:PORT/", "5f00::1"},
		{"benchmarks", "http://[2001:2::1]:PORT/", "2001:2::1"},
		{"outside of public space", "http://[4000::1]:PORT/", "4000::1"},

		// names
		{"localhost", "http://localhost:PORT/", "127.0.0.1"},
		{"localhost, upper case", "http://LOCALHOST:PORT/", "127.0.0.1"},
		{"localhost with a dot", "http://localhost.:PORT/", "127.0.0.1"},
		{"below localhost", "http://app.localhost:PORT/", "127.0.0.1"},
		{"localhost with a domain", "http://localhost.localdomain:PORT/", "127.0.0.1"},
		{"localhost of IPv6", "http://ip6-localhost:PORT/", "::1"},
		{"an address in a public name", "http://127.0.0.1.nip.example:PORT/", "127.0.0.1"},
		{"a public name for loopback", "http://localtest.example:PORT/", "127.0.0.1"},
		{"a name without a domain", "http://intranet:PORT/", "10.0.0.1"},
		{"an international name", "http://xn--bcher-kva.example:PORT/", "10.0.0.1"},

		// what is one host to one reader and another one to the next
		{"full-width digits", "http://１２７.0.0.1:PORT/", "127.0.0.1"},
		{"ideographic full stops", "http://127。0。0。1:PORT/", "127.0.0.1"},
		{"circled digits", "http://①②⑦.⓪.⓪.①:PORT/", "127.0.0.1"},
		{"full-width letters", "http://ｌｏｃａｌｈｏｓｔ:PORT/", "127.0.0.1"},
		{"long s", "http://localhoſt:PORT/", "127.0.0.1"},
		{"soft hyphen", "http://local\u00adhost:PORT/", "127.0.0.1"},
		{"percent-encoded host", "http://%31%32%37.0.0.1:PORT/", "127.0.0.1"},
		{"percent-encoded dot", "http://127%2e0%2e0%2e1:PORT/", "127.0.0.1"},
		{"user before the host", "http://example.com@127.0.0.1:PORT/", "127.0.0.1"},
		{"user and password", "http://example.com:80@127.0.0.1:PORT/", "127.0.0.1"},
		{"two at signs", "http://a@example.com@127.0.0.1:PORT/", "127.0.0.1"},
		{"backslash before the at sign", `http://example.com\@127.0.0.1:PORT/`, "127.0.0.1"},
		{"backslashes for slashes", `http:\\127.0.0.1:PORT\`, "127.0.0.1"},
		{"hash before the at sign", "http://127.0.0.1:PORT#@example.com/", "127.0.0.1"},
		{"tab in the host", "http://127.0.\t0.1:PORT/", "127.0.0.1"},
		{"newline in the host", "http://127.0.0.1\n:PORT/", "127.0.0.1"},
		{"carriage return and a header", "http://127.0.0.1:PORT/\r\nX-A: b", "127.0.0.1"},
		{"zero byte", "http://127.0.0.1\x00.example.com:PORT/", "127.0.0.1"},
		{"space before the host", "http:// 127.0.0.1:PORT/", "127.0.0.1"},
		{"no slashes", "http:127.0.0.1:PORT/", "127.0.0.1"},
		{"three slashes", "http:///127.0.0.1:PORT/", "127.0.0.1"},
		{"two ports", "http://127.0.0.1:80:PORT/", "127.0.0.1"},
		{"port with a sign", "http://127.0.0.1:+PORT/", "127.0.0.1"},
		{"brackets about IPv4", "http://[127.0.0.1]:PORT/", "127.0.0.1"},
		{"another scheme", "gopher://127.0.0.1:PORT/_x", "127.0.0.1"},
		{"another scheme's letters", "HTTP://127.0.0.1:PORT/", "127.0.0.1"},
	}
}
