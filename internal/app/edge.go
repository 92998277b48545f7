package app

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"slotcast/internal/account"
	"slotcast/internal/eventlog/redistail"
	"slotcast/internal/httpserver"
	"slotcast/internal/ratelimit/locallimit"
	"slotcast/internal/ratelimit/redislimit"
)

// limiter counts in Redis where it is set, else in the process. The client is
// one of its own: that of the log's tail is busy with reads that block.
func (a *App) limiter() (httpserver.Limiter, error) {
	local := locallimit.New(locallimit.Config{})
	if a.cfg.RedisURL == "" {
		return local, nil
	}
	client, err := redistail.NewClient(a.cfg.RedisURL)
	if err != nil {
		return nil, err
	}
	a.closers = append(a.closers, client.Close)
	return redislimit.New(redislimit.Config{Client: client, Local: local, Logger: a.logger}), nil
}

// origins are those whose pages may call the API: the settings', the server's
// own, whatever host a proxy makes of it, and those of publishable keys.
func (a *App) origins() func(ctx context.Context, origin string) bool {
	set := slices.Clone(a.cfg.AllowOrigins)
	if u, err := url.Parse(a.URL()); err == nil {
		set = append(set, u.Scheme+"://"+u.Host)
	}
	keys := account.NewOrigins(account.OriginsConfig{Client: a.db.Client, Logger: a.logger})
	return func(ctx context.Context, origin string) bool {
		listed := slices.ContainsFunc(set, func(one string) bool { return one == "*" || strings.EqualFold(one, origin) })
		return listed || keys.Allowed(ctx, origin)
	}
}

// ofRequest asks about the page that a request comes from.
func ofRequest(allowed func(ctx context.Context, origin string) bool) func(r *http.Request) bool {
	return func(r *http.Request) bool { return allowed(r.Context(), r.Header.Get("Origin")) }
}
