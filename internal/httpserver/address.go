package httpserver

import (
	"net/http"
	"net/netip"
	"strings"

	"slotcast/internal/viewer"
)

// maxUserAgent is what is kept of a User-Agent, in bytes.
const maxUserAgent = 500

// origin puts into the context from where a request came.
func origin(trusted []netip.Prefix, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o := viewer.Origin{UserAgent: userAgent(r)}
		if at := clientAddress(r, trusted); at.IsValid() {
			o.Address = at.String()
		}
		next.ServeHTTP(w, r.WithContext(viewer.WithOrigin(r.Context(), o)))
	})
}

// clientAddress is the peer's, unless that is a trusted proxy: then it is the
// rightmost entry of X-Forwarded-For that is none. What stands further left was
// written by strangers. A proxy that names nobody, or no address, is itself the
// client. Forwarded (RFC 7239) is not read: a proxy that sets one of the two
// headers lets the other pass as the client wrote it.
func clientAddress(r *http.Request, trusted []netip.Prefix) netip.Addr {
	peer, _ := parseAddress(r.RemoteAddr)
	hops := strings.Join(r.Header.Values("X-Forwarded-For"), ",")
	for isTrusted(peer, trusted) && hops != "" {
		last := hops[strings.LastIndexByte(hops, ',')+1:]
		hops = strings.TrimSuffix(hops[:len(hops)-len(last)], ",")
		before, ok := parseAddress(strings.TrimSpace(last))
		if !ok {
			break
		}
		peer = before
	}
	return peer
}

// parseAddress reads an address with or without a port; an IPv4 address comes
// out as one in whatever form it came.
func parseAddress(text string) (netip.Addr, bool) {
	at, err := netip.ParseAddr(strings.Trim(text, "[]"))
	if err != nil {
		var with netip.AddrPort
		with, err = netip.ParseAddrPort(text)
		at = with.Addr()
	}
	return at.Unmap().WithZone(""), err == nil
}

func isTrusted(at netip.Addr, trusted []netip.Prefix) bool {
	for _, network := range trusted {
		if network.Contains(at) {
			return true
		}
	}
	return false
}

// userAgent is the header's, as far as it can be kept.
func userAgent(r *http.Request) string {
	text := strings.ToValidUTF8(r.UserAgent(), "")
	if len(text) > maxUserAgent {
		text = strings.ToValidUTF8(text[:maxUserAgent], "") // a character may have been cut in two
	}
	return text
}
