package delivery_test

import (
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/internal/delivery"
	"slotcast/internal/domain"
)

// What the last requests of a clean stop teach about their webhooks is written
// before the shard is given back.
func TestNewsAtAStop(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		const hooks = 40
		release := make(chan struct{})
		var inFlight atomic.Int64
		rc := receive(t, func(*http.Request, arrival) int {
			inFlight.Add(1)
			<-release
			return http.StatusGone
		})
		all := make([]*ent.Webhook, hooks)
		for i := range all {
			all[i] = e.webhook(rc.URL)
		}
		p := e.start(nil)
		e.append(e.series())
		eventually(t, "all are in flight", func() bool { return inFlight.Load() == hooks })
		stopped := make(chan struct{})
		go func() { defer close(stopped); p.stop() }()
		eventually(t, "the stop has begun", p.Stopping)
		close(release)
		<-stopped
		for _, h := range all {
			if state, n := e.state(h).State, e.count(h, domain.DeliveryFailed); state != domain.WebhookDisabled || n != 1 {
				t.Errorf("behind the stop a webhook with %d messages that failed is %s", n, state)
			}
		}
	})
}

// News that replace others, or come back, are counted once: a stop neither passes
// them over nor waits for what is gone.
func TestNewsAreCounted(t *testing.T) {
	t.Parallel()
	for _, first := range []delivery.Verdict{delivery.Opened, delivery.Gone} {
		for _, second := range []delivery.Verdict{delivery.Closed, delivery.Gone} {
			w := delivery.New(delivery.Config{})
			n := w.Await("whk_1", first, second)
			select {
			case <-n.Settled:
			case <-time.After(20 * time.Second):
				t.Errorf("%v, then %v: somebody waits for news that are gone", first, second)
			}
			if n.Early {
				t.Errorf("%v, then %v: nobody waits for the news that are left", first, second)
			}
		}
	}
}
