package account

import (
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"slotcast/internal/apperr"
	"slotcast/internal/input"
	"slotcast/internal/safehttp"
)

const (
	maxOrigins = 20
)

// origins puts origins of web pages into the form in which browsers send them
// (RFC 6454, section 6.2), so that they can be compared as text: scheme and host
// in lower case, and the port where it is not the scheme's own.
func origins(field string, list []string) ([]string, error) {
	if len(list) < 1 || len(list) > maxOrigins {
		return nil, apperr.BadInput(field, `1 to %d origins are needed, or ["*"] for any`, maxOrigins)
	}
	if slices.Equal(list, []string{anyOrigin}) {
		return []string{anyOrigin}, nil
	}
	var out []string
	for i, text := range list {
		at := input.At(field, i)
		if text == anyOrigin {
			return nil, apperr.BadInput(at, "* stands alone: it is any origin")
		}
		o, err := origin(at, text)
		if err != nil {
			return nil, err
		}
		if slices.Contains(out, o) {
			return nil, apperr.BadInput(at, "%s is there twice", o)
		}
		out = append(out, o)
	}
	return out, nil
}

func origin(field, text string) (string, error) {
	u, err := safehttp.CheckURL(text)
	if err != nil {
		return "", apperr.BadInput(field, "an origin such as https://book.example.org is needed: %v", err)
	}
	host, ok := originHost(u)
	if !ok || u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.ForceQuery || len(text) > 300 {
		return "", apperr.BadInput(field, "an origin such as https://book.example.org is needed: scheme and host, and nothing behind them")
	}
	port, _ := strconv.Atoi(u.Port()) // CheckURL has read it; none is 0
	if port == 0 || u.Scheme == "https" && port == 443 || u.Scheme == "http" && port == 80 {
		return u.Scheme + "://" + host, nil
	}
	return u.Scheme + "://" + host + ":" + strconv.Itoa(port), nil
}

// originHost writes the host as browsers do.
func originHost(u *url.URL) (string, bool) {
	host := strings.ToLower(u.Hostname())
	if !strings.Contains(u.Host, "[") {
		return host, !strings.ContainsAny(host, ":%")
	}
	addr, err := netip.ParseAddr(host)
	return "[" + addr.String() + "]", err == nil && addr.Zone() == "" && addr.Is6()
}
