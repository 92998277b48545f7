package app

import (
	"errors"
	"net/url"

	"slotcast/internal/config"
	"slotcast/internal/safehttp"
)

// newSender makes what all requests to others go through: webhooks, alerts, and
// the keys of identity providers.
func newSender(cfg config.Config) (*safehttp.Client, error) {
	c := safehttp.Config{Allow: cfg.AllowTargets, UserAgent: userAgent}
	if cfg.EgressProxy != "" {
		proxy, err := url.Parse(cfg.EgressProxy)
		if err != nil {
			return nil, errors.New("SLOTCAST_EGRESS_PROXY is not a URL") // the cause would repeat its password
		}
		c.Proxy = proxy
	}
	return safehttp.New(c), nil
}
