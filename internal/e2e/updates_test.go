package e2e_test

import (
	"net/http"
	"testing"
	"time"

	"slotcast/internal/app/apptest"
)

// TestUpdatesOnEveryServer: whichever server delivers, changes of deliveries and
// the progress of replays are seen on all: on the only one, through Redis, and
// without.
func TestUpdatesOnEveryServer(t *testing.T) {
	t.Parallel()
	for name, servers := range map[string]int{"embedded": 1, "redis": 3, "without redis": 3} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := embedded(t)
			if servers > 1 {
				s, _ = production(t)
			} else {
				s["SLOTCAST_ALLOW_TARGETS"] = "127.0.0.0/8"
			}
			if name == "without redis" {
				delete(s, "SLOTCAST_REDIS_URL")
			}
			all := apptest.StartAll(t, s, servers)
			seeUpdates(t, newOwner(t, all[0], s), all)
		})
	}
}

// update is what a stream says of a delivery.
type update struct {
	ID, Status   string
	AttemptCount int
}

func seeUpdates(t *testing.T, o owner, servers []*apptest.Process) {
	t.Helper()
	receiver := apptest.NewReceiver(t)
	hook, _ := o.subscribe(t, receiver)
	open := func(p *apptest.Process, query, id string) *apptest.Stream {
		stream, err := p.Client(o.Token).WebSocket(t.Context(), query, map[string]any{"id": id})
		must(t, err)
		t.Cleanup(stream.Cut)
		return stream
	}
	streams := make([]*apptest.Stream, len(servers))
	for i, p := range servers {
		streams[i] = open(p, `subscription($id: ID!) { deliveryUpdates(webhookId: $id) { id status attemptCount } }`, hook)
	}
	var first update
	for i, n := 0, 0; i < len(streams); { // until all are there
		var out struct{ DeliveryUpdates update }
		n++
		o.book(t, n)
		if streams[i].Within(t, 2*time.Second, &out) {
			first, i = out.DeliveryUpdates, i+1
		}
	}
	sees := func(what string, is func(u update) bool) {
		t.Helper()
		for _, stream := range streams {
			for out := (struct{ DeliveryUpdates update }{}); !is(out.DeliveryUpdates); {
				stream.Receive(t, &out)
			}
		}
		t.Logf("all have seen what is %s", what)
	}
	receiver.Answer(func(apptest.Request) int { return http.StatusServiceUnavailable })
	o.Do(t, `mutation($id: ID!) { resendDelivery(id: $id) { id } }`, map[string]any{"id": first.ID}, nil)
	sees("failing", func(u update) bool { return u.ID == first.ID && u.Status == "PENDING" && u.AttemptCount == 2 })
	receiver.Answer(func(apptest.Request) int { return http.StatusNoContent })
	sees("delivered", func(u update) bool { return u.ID == first.ID && u.Status == "DELIVERED" && u.AttemptCount == 3 })

	began := time.Now().Add(-time.Hour)
	var replay struct{ ReplayEvents struct{ ID string } }
	o.Do(t, `mutation($in: ReplayEventsInput!) { replayEvents(input: $in) { id } }`,
		map[string]any{"in": map[string]any{"webhookId": hook, "from": began}}, &replay)
	for _, p := range servers {
		stream := open(p, `subscription($id: ID!) { replayProgress(id: $id) { status progress } }`, replay.ReplayEvents.ID)
		var out struct {
			ReplayProgress struct {
				Status   string
				Progress float64
			}
		}
		for out.ReplayProgress.Status != "DONE" {
			stream.Receive(t, &out)
		}
		if err := stream.End(t); out.ReplayProgress.Progress != 1 || !apptest.Completed(err) {
			t.Errorf("a replay ends as %+v, %v", out.ReplayProgress, err)
		}
	}
	sees("replayed", func(u update) bool { return u.ID == first.ID && u.AttemptCount == 4 })
	o.Do(t, `mutation($id: ID!) { deleteWebhook(id: $id) }`, map[string]any{"id": hook}, nil)
}
