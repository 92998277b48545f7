package doctor

import (
	"net/url"
	"strings"

	"slotcast/internal/config"
)

type replacer interface{ Replace(s string) string }

// secretsOf blots out the settings' passwords, keys and token in an error:
// drivers quote what they were given. Our own sentences hold none, and a password
// may be one of their words.
func secretsOf(c config.Config) replacer {
	var pairs []string
	for _, s := range c.Secrets() {
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
