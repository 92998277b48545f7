package delivery_test

import (
	"net/http"
	"sync"
	"testing"
	"time"

	entdelivery "slotcast/ent/delivery"
	"slotcast/internal/delivery"
	"slotcast/internal/domain"
	"slotcast/internal/viewer"
)

// onlooker notes what a delivery was when it was told of.
type onlooker struct {
	e      *env
	mu     sync.Mutex
	last   map[string]time.Time // when what was read had changed, by id
	states map[string]map[string]bool
}

func (c *onlooker) Wants(appID string) bool { return appID == c.e.app.ID }

func (c *onlooker) Tell(appID string, ids ...string) {
	if appID != c.e.app.ID {
		c.e.t.Errorf("told of app %s", appID)
	}
	rows, err := c.e.db.Client.Delivery.Query().Where(entdelivery.IDIn(ids...)).All(viewer.System(c.e.t.Context()))
	if err != nil || len(rows) == 0 {
		c.e.t.Errorf("told of %v, of which %d are there: %v", ids, len(rows), err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, d := range rows {
		c.last[d.ID] = d.UpdatedAt
		if c.states[d.ID] == nil {
			c.states[d.ID] = map[string]bool{}
		}
		switch {
		case d.Status == domain.DeliveryPending && d.NextAttemptAt == nil:
			c.states[d.ID]["in hand"] = true
		case d.Status == domain.DeliveryPending:
			c.states[d.ID]["failed"] = true
		}
	}
}

func newOnlooker(e *env) *onlooker {
	return &onlooker{e: e, last: map[string]time.Time{}, states: map[string]map[string]bool{}}
}

// Of each row the last that was written has been told, whatever became of it: at
// once, after failures, of a webhook that is gone, and where the database refuses
// what the receiver said.
func TestChangesAreTold(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		changes := newOnlooker(e)
		e.start(func(c *delivery.Config) { c.Changes = changes })
		well := e.webhook(receive(t, nil).URL)
		flaky := e.webhook(receive(t, func(_ *http.Request, a arrival) int {
			if a.nth < 3 {
				return http.StatusInternalServerError
			}
			return http.StatusNoContent
		}).URL)
		gone := e.webhook(receive(t, func(_ *http.Request, a arrival) int {
			if a.header.Get("Slotcast-Sequence") == "1" {
				return http.StatusInternalServerError
			}
			return http.StatusGone
		}).URL)
		e.db.Client.Webhook.UpdateOne(gone).SetRetrySchedule([]int{3600}).SetOrderPolicy(domain.OrderNone).ExecX(viewer.System(t.Context()))
		m := e.series()
		e.append(m)
		e.await(well, domain.DeliveryDelivered, 1)
		e.await(gone, domain.DeliveryPending, 1)
		e.append(m)
		e.await(flaky, domain.DeliveryDelivered, 2)
		eventually(t, "nothing is open", func() bool { return e.count(gone, domain.DeliveryPending) == 0 })
		rows := append(append(e.deliveries(well), e.deliveries(flaky)...), e.deliveries(gone)...)
		eventually(t, "the last of each is told", func() bool {
			changes.mu.Lock()
			defer changes.mu.Unlock()
			for _, d := range rows {
				if !changes.last[d.ID].Equal(d.UpdatedAt) {
					return false
				}
			}
			return true
		})
		changes.mu.Lock()
		defer changes.mu.Unlock()
		if d := e.deliveries(gone)[0]; d.Status != domain.DeliveryCancelled {
			t.Errorf("what a webhook is owed that is gone is %v", d)
		}
		for _, d := range e.deliveries(flaky) {
			if !changes.states[d.ID]["failed"] || !changes.states[d.ID]["in hand"] {
				t.Errorf("of delivery %s was told %v", d.ID, changes.states[d.ID])
			}
		}
	})
}

// What changes of apps that nobody watches takes no memory.
func TestNothingIsCollectedForNobody(t *testing.T) { //nolint:paralleltest // it counts allocations
	if n := testing.AllocsPerRun(100, delivery.Flushed(nowhere{}, 500)); n > 0 {
		t.Errorf("%v allocations for a flush", n)
	}
}

type nowhere struct{}

func (nowhere) Wants(string) bool      { return false }
func (nowhere) Tell(string, ...string) { panic("told of what nobody wants") }
