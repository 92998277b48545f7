package webhook

import (
	"fmt"
	"net/url"
	"slices"
	"time"

	"slotcast/internal/apperr"
	"slotcast/internal/domain"
)

const (
	maxRetries   = 20
	maxRetryWait = 24 * time.Hour
	maxPerMinute = 60_000
)

// checkOptions refuses ways to send that there are not. A rate of 0 is none.
func checkOptions(p plan) error {
	if !slices.Contains(p.OrderPolicy.Values(), string(p.OrderPolicy)) {
		return apperr.BadInput("orderPolicy", "%q is not one of %v", p.OrderPolicy, p.OrderPolicy.Values())
	}
	if len(p.RetrySchedule) > maxRetries {
		return apperr.BadInput("retrySchedule", "at most %d waits are taken; none: the server's own", maxRetries)
	}
	most := int(maxRetryWait / time.Second)
	for i, wait := range p.RetrySchedule {
		if wait < 1 || wait > most {
			return apperr.BadInput(fmt.Sprintf("retrySchedule.%d", i), "a wait is between 1 and %d seconds", most)
		}
	}
	if rate := p.RateLimitPerMinute; rate != nil && (*rate < 1 || *rate > maxPerMinute) {
		return apperr.BadInput("rateLimitPerMinute", "between 1 and %d messages a minute are taken; leave it out for no limit", maxPerMinute)
	}
	if u, err := url.Parse(p.SubscriberURL); p.certificate.chain != "" && err == nil && u.Scheme != "https" {
		return apperr.BadInput("clientCertificate", "it is shown to https receivers only: use an https URL, or take it away with removeClientCertificate")
	}
	return nil
}

// ordered is the policy where none was given.
func ordered(policy domain.OrderPolicy) domain.OrderPolicy {
	if policy == "" {
		return domain.OrderBounded
	}
	return policy
}
