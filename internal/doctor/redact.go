package doctor

import (
	"net/url"
	"slices"
	"strings"

	"slotcast/internal/config"
)

type replacer interface{ Replace(s string) string }

// secrets blots out the settings' passwords and token in an error: drivers quote
// what they were given. Our own sentences hold none, and a password may be one of
// their words.
func secrets(c config.Config) replacer {
	hidden := []string{c.OwnerToken}
	for _, raw := range []string{c.DatabaseURL, c.RedisURL, c.PublicURL} {
		u, err := url.Parse(raw)
		if err != nil {
			hidden = append(hidden, raw)
			continue
		}
		if password, ok := u.User.Password(); ok {
			_, written, _ := strings.Cut(u.User.String(), ":")
			hidden = append(hidden, password, written)
		}
		for name, values := range u.Query() {
			if strings.Contains(strings.ToLower(name), "password") {
				for _, v := range values {
					hidden = append(hidden, v, url.QueryEscape(v))
				}
			}
		}
	}
	hidden = slices.DeleteFunc(hidden, func(s string) bool { return s == "" })
	slices.SortFunc(hidden, func(a, b string) int { return len(b) - len(a) }) // the longer one first, where one holds the other
	pairs := make([]string, 0, 2*len(hidden))
	for _, s := range hidden {
		pairs = append(pairs, s, "…")
	}
	return strings.NewReplacer(pairs...)
}

// place is a URL without the user and without options: what may be shown.
func place(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return "…"
	}
	host := u.Host
	if host == "" {
		host = u.Query().Get("host")
	}
	return host + strings.TrimSuffix(u.Path, "/")
}
