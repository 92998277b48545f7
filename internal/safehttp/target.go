package safehttp

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// maxURL is the longest URL accepted, in bytes.
const maxURL = 2048

// CheckURL parses the URL of a receiver and says in words what is wrong with it.
// It judges the text only; [Client.CheckTarget] judges where it leads.
func CheckURL(raw string) (*url.URL, error) {
	if len(raw) > maxURL {
		return nil, fmt.Errorf("the URL has %d bytes, at most %d are allowed", len(raw), maxURL)
	}
	u, err := url.Parse(raw)
	if err != nil {
		// The cause without the URL, which url.Error would repeat.
		if parse := (*url.Error)(nil); errors.As(err, &parse) {
			err = parse.Err
		}
		return nil, fmt.Errorf("the URL is malformed: %w", err)
	}
	switch host := u.Hostname(); {
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, errors.New("the URL must start with https:// or http://")
	case host == "":
		return nil, errors.New("the URL has no host")
	case u.User != nil:
		return nil, errors.New("the URL must not contain a user name or password; send a secret header instead")
	case u.Fragment != "" || strings.HasSuffix(raw, "#"):
		return nil, errors.New("the URL must not contain a fragment (#…): it would never be sent")
	case !validHost(host):
		return nil, errors.New("the URL's host contains characters that host names do not have; write international names in their xn-- form")
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return nil, fmt.Errorf("the URL's port %s is not between 1 and 65535", port)
		}
	}
	return u, nil
}

// validHost allows what host names and addresses consist of. Everything else
// might be read differently by us and by a resolver.
func validHost(host string) bool {
	for _, r := range host {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
		case strings.ContainsRune("-._:%", r): // : and % in IPv6 addresses
		default:
			return false
		}
	}
	return true
}

// CheckTarget refuses a URL from [CheckURL] whose host is an address, or a name
// for the machine itself, that [Client.Do] would refuse. It looks nothing up:
// other names are judged when they are connected to.
func (c *Client) CheckTarget(u *url.URL) error {
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if addr, err := netip.ParseAddr(host); err == nil {
		return c.checkAddr(addr)
	}
	if addr, ok := parseLegacyIPv4(host); ok {
		if err := c.checkAddr(addr); err != nil {
			return err
		}
		return fmt.Errorf("write the host %s as %s", host, addr)
	}
	if !isLocalhost(host) {
		return nil
	}
	loopback := c.checkAddr(netip.AddrFrom4([4]byte{127, 0, 0, 1}))
	if loopback == nil || c.checkAddr(netip.IPv6Loopback()) == nil {
		return nil
	}
	return &BlockedError{Host: host, Kind: "loopback"}
}

// isLocalhost knows the names that mean the machine itself: those of RFC 6761
// and the ones that hosts files commonly add.
func isLocalhost(host string) bool {
	switch host {
	case "localhost", "localhost.localdomain", "localhost6", "localhost6.localdomain6", "ip6-localhost", "ip6-loopback":
		return true
	}
	return strings.HasSuffix(host, ".localhost")
}

// parseLegacyIPv4 reads the spellings of inet_aton, which some resolvers still
// take for addresses: one to four numbers, decimal, octal after 0 or hexadecimal
// after 0x, of which the last fills all the bytes that remain.
func parseLegacyIPv4(host string) (netip.Addr, bool) {
	parts := strings.Split(host, ".")
	if len(parts) > 4 {
		return netip.Addr{}, false
	}
	var bits uint64
	for i, part := range parts {
		width := 8
		if i == len(parts)-1 {
			width = 8 * (4 - i)
		}
		n, ok := parseLegacyNumber(part, width)
		if !ok {
			return netip.Addr{}, false
		}
		bits = bits<<width | n
	}
	return netip.AddrFrom4([4]byte{byte(bits >> 24), byte(bits >> 16), byte(bits >> 8), byte(bits)}), true
}

func parseLegacyNumber(s string, width int) (uint64, bool) {
	base := 10
	switch {
	case s == "0x":
		return 0, true // as inet_aton has it
	case strings.HasPrefix(s, "0x"):
		s, base = s[2:], 16
	case len(s) > 1 && s[0] == '0':
		s, base = s[1:], 8
	}
	n, err := strconv.ParseUint(s, base, width)
	return n, err == nil
}
