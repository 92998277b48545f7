package delivery_test

import (
	"net/http"
	"slices"
	"sync/atomic"
	"testing"

	"slotcast/ent"
	"slotcast/ent/lease"
	"slotcast/internal/delivery"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/viewer"
)

// The owner of a replay loses its lease in the middle of it, while requests are
// under way. It writes nothing more; the next one goes on from what is written, so
// that nothing of the range is missing, and no more than a page of what came before
// comes once too often.
func TestReplayGoesOnWithTheNextOwner(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		var replaying atomic.Bool
		var n atomic.Int64
		release := make(chan struct{})
		rc := receive(t, func(r *http.Request, _ arrival) int {
			if replaying.Load() && n.Add(1) > 300 { // in the middle of the third page
				select {
				case <-release:
				case <-r.Context().Done():
				}
			}
			return 200
		})
		hook := e.webhook(rc.URL)
		p := e.start(nil)
		events := e.appendRounds(30, 18)
		e.await(hook, domain.DeliveryDelivered, len(events))
		e.settled()
		part := events[20:520]

		replaying.Store(true)
		asked := e.replay(hook, part, nil)
		eventually(t, "it is in the middle", func() bool {
			return n.Load() == 300+8 && e.progress(asked).Number >= part[0].Number+delivery.PageSize
		})
		ctx := viewer.System(t.Context())
		shard := lease.ID(e.log.ShardOf(e.app.ID))
		e.db.Client.Lease.Update().Where(shard).SetOwner("prc_other").AddEpoch(1).SetUntil(1 << 60).ExecX(ctx)
		before, rows, held := e.progress(asked), e.attempts(hook), len(rc.arrivals())
		close(release)
		eventually(t, "it knows that it is not the owner", func() bool { return !p.Replaying(asked.ID) })
		p.stop()
		if after := e.progress(asked); after.Number != before.Number || after.Sent != before.Sent || after.Status != domain.ReplayRunning {
			t.Errorf("who has lost the lease writes: the replay was %+v, and is %+v", before, after)
		}
		if got := e.attempts(hook); !slices.Equal(got, rows) {
			t.Errorf("who has lost the lease writes: the attempts were %v, and are %v", rows, got)
		}
		lost := len(rc.arrivals())

		e.db.Client.Lease.Update().Where(shard).SetOwner("").SetUntil(0).ExecX(ctx)
		e.start(nil)
		if done := e.replayed(asked); done.Status != domain.ReplayDone || done.Sent != len(part) || done.Delivered != len(part) || done.Number != done.End {
			t.Errorf("replay = %+v", done)
		}
		e.await(hook, domain.DeliveryDelivered, len(events))
		all := rc.arrivals()
		if n := len(above(t, part, before.Number, all[len(events):held])); n == 0 || n > delivery.PageSize {
			t.Errorf("%d messages were sent and not written", n)
		}
		if n := len(part) - len(above(t, part, before.Number, all[lost:])); int64(n) != before.Number-part[0].Number+1 || len(all)-lost+n != len(part) {
			t.Errorf("the next owner sent %d messages, behind event %d", len(all)-lost, before.Number)
		}
		if n := len(above(t, part, 0, all[len(events):lost])); int64(n) < before.Number-part[0].Number+1 {
			t.Errorf("the first owner sent %d messages, and event %d is said to be the last one done", n, before.Number)
		}
	})
}

// progress is what the table says of a replay.
func (e *env) progress(p *ent.Replay) *ent.Replay {
	e.t.Helper()
	return e.db.Client.Replay.GetX(viewer.System(e.t.Context()), p.ID)
}

// attempts lists how often each of a webhook's messages was tried.
func (e *env) attempts(hook *ent.Webhook) []int {
	e.t.Helper()
	var all []int
	for _, d := range e.deliveries(hook) {
		all = append(all, d.AttemptCount)
	}
	return all
}

// above returns which of the events behind a number one owner sent. It fails the
// test if it sent others than those of a range, one twice, or a series out of order.
func above(t *testing.T, part []*eventlog.Event, number int64, sent []arrival) map[string]bool {
	t.Helper()
	last, found := map[string]int64{}, map[string]bool{}
	for _, a := range sent {
		at := slices.IndexFunc(part, func(ev *eventlog.Event) bool { return ev.ID == a.id })
		if at < 0 {
			t.Fatalf("%s came, which is outside of the range", a.id)
		}
		ev := part[at]
		if ev.Number <= last[ev.SeriesID] {
			t.Errorf("event %d of series %s came behind %d", ev.Number, ev.SeriesID, last[ev.SeriesID])
		}
		last[ev.SeriesID] = ev.Number
		if ev.Number > number {
			found[ev.ID] = true
		}
	}
	return found
}
