package delivery_test

import (
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"slotcast/ent"
	entdelivery "slotcast/ent/delivery"
	"slotcast/internal/backoff"
	"slotcast/internal/delivery"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

// replay asks for events to be sent once more, as change says.
func (e *env) replay(hook *ent.Webhook, events []*eventlog.Event, change func(*ent.ReplayCreate)) *ent.Replay {
	e.t.Helper()
	first, last := events[0], events[len(events)-1]
	create := e.db.Client.Replay.Create().SetAppID(e.app.ID).SetWebhookID(hook.ID).SetAgentID(hook.AgentID).
		SetFrom(first.OccurredAt).SetTo(last.OccurredAt.Add(time.Microsecond)).SetShard(first.Shard).
		SetBegin(first.Number - 1).SetNumber(first.Number - 1).SetEnd(last.Number)
	if change != nil {
		change(create)
	}
	return create.SaveX(viewer.System(e.t.Context()))
}

// replayed waits until a replay is over.
func (e *env) replayed(p *ent.Replay) *ent.Replay {
	e.t.Helper()
	ctx := viewer.System(e.t.Context())
	eventually(e.t, "the replay is over", func() bool { return e.db.Client.Replay.GetX(ctx, p.ID).Status != domain.ReplayRunning })
	return e.db.Client.Replay.GetX(ctx, p.ID)
}

// What a range held comes once more, in order, under the same ids, and rows keep
// their attempts.
func TestReplay(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		rc := receive(t, nil)
		hook := e.webhook(rc.URL)
		p := e.start(nil)
		events := e.appendRounds(20, 20)
		e.await(hook, domain.DeliveryDelivered, len(events))
		e.settled()
		part := events[50:350]
		done := e.replayed(e.replay(hook, part, nil))
		if done.Status != domain.ReplayDone || done.Sent != len(part) || done.Delivered != len(part) ||
			done.Number != done.End || done.FinishedAt == nil {
			t.Errorf("replay = %+v", done)
		}
		again := map[string][]int64{}
		for _, a := range rc.arrivals()[len(events):] {
			i := slices.IndexFunc(part, func(ev *eventlog.Event) bool { return ev.ID == a.id })
			if i < 0 || a.nth != 2 || a.header.Get("Slotcast-Attempt") != "2" {
				t.Fatalf("%s came the %d. time, as attempt %s", a.id, a.nth, a.header.Get("Slotcast-Attempt"))
			}
			again[part[i].SeriesID] = append(again[part[i].SeriesID], part[i].Number)
		}
		for series, numbers := range again {
			if !slices.IsSorted(numbers) {
				t.Errorf("of series %s came %v", series, numbers)
			}
		}
		for i, d := range e.deliveries(hook) {
			if want := 1 + min(1, max(0, i-49))*min(1, max(0, 350-i)); d.AttemptCount != want || len(d.Attempts) != want || d.AttemptsBefore != want-1 {
				t.Errorf("event %d has %d attempts, %d of them before", d.Number, d.AttemptCount, d.AttemptsBefore)
			}
		}
		eventually(t, "nothing is held", func() bool { return p.Held() == 0 })
	})
}

// A webhook is sent what it would be owed by what it chooses now, and of that what
// was asked for.
func TestReplayByTrigger(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		rc, other := receive(t, nil), receive(t, nil)
		e.webhook(other.URL)
		m := e.seated(1)
		events := []*eventlog.Event{e.append(m)}
		var moved *eventlog.Event
		m, moved = e.move(m)
		events = append(events, moved)
		_, moved = e.move(m)
		events = append(events, moved)
		hook := e.webhook(rc.URL) // too late for all of them
		e.db.Client.Webhook.UpdateOne(hook).SetTriggers([]domain.Trigger{domain.MeetingBooked, domain.MeetingRescheduled}).
			SetHeaders(map[string]string{foreignHeader: "without who moved it"}).ExecX(viewer.System(t.Context()))
		e.start(nil)
		done := e.replayed(e.replay(hook, events, func(c *ent.ReplayCreate) {
			c.SetTriggers([]domain.Trigger{domain.MeetingRescheduled}).SetTo(events[2].OccurredAt)
		}))
		if got := rc.firsts(); done.Sent != 1 || len(got) != 1 || got[0] != events[1].ID {
			t.Errorf("%v came, %+v", got, done)
		}
		done = e.replayed(e.replay(hook, events, nil))
		if got := rc.firsts(); done.Sent != 3 || len(got) != 3 || got[1] != events[0].ID {
			t.Errorf("%v came, %+v", got, done)
		}
		e.await(hook, domain.DeliveryDelivered, 3)
	})
}

// Only what failed is sent again, and what fails then is tried again as any other.
func TestReplayOfWhatFailed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		var well atomic.Bool
		rc := receive(t, func(_ *http.Request, a arrival) int {
			if a.nth <= 3 && a.header.Get("Slotcast-Sequence") == "2" && (!well.Load() || a.nth == 3) {
				return 500
			}
			return 200
		})
		hook := e.webhook(rc.URL)
		e.start(func(c *delivery.Config) { c.Schedule = backoff.Schedule{30 * time.Millisecond} })
		events := e.appendRounds(5, 9) // few fail of so many: the webhook stays ACTIVE
		eventually(t, "some have failed", func() bool { return e.count(hook, domain.DeliveryFailed) == 5 })
		eventually(t, "others have not", func() bool { return e.count(hook, domain.DeliveryDelivered) == 40 })
		well.Store(true)
		done := e.replayed(e.replay(hook, events, func(c *ent.ReplayCreate) { c.SetOnlyFailed(true) }))
		if done.Sent != 5 || done.Delivered != 0 {
			t.Errorf("replay = %+v", done)
		}
		e.await(hook, domain.DeliveryDelivered, len(events))
		for _, d := range e.deliveries(hook) {
			if want := map[bool]int{true: 4, false: 1}[d.AttemptsBefore > 0]; d.AttemptCount != want || want == 4 && d.AttemptsBefore != 2 {
				t.Errorf("event %d has %d attempts, %d of them before", d.Number, d.AttemptCount, d.AttemptsBefore)
			}
		}
	})
}

// A replay rests while its webhook is paused, ends when it is cancelled, and goes
// on behind what is done when its process dies.
func TestReplayRestsEndsAndGoesOn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		var tight atomic.Bool
		free := make(chan struct{}, 10_000)
		rc := receive(t, func(r *http.Request, _ arrival) int {
			if tight.Load() {
				select {
				case <-free:
				case <-r.Context().Done():
				}
			}
			return 200
		})
		hook := e.webhook(rc.URL)
		change := func(c *delivery.Config) { c.InFlight, c.Drain = 4, 10*time.Millisecond }
		p := e.start(change)
		events := e.appendRounds(30, 10)
		e.await(hook, domain.DeliveryDelivered, len(events))
		e.settled()

		tight.Store(true)
		first := e.replay(hook, events, nil)
		came := func() int { return len(rc.arrivals()) - len(events) }
		eventually(t, "some are under way", func() bool { return came() == 2 })
		live := e.append(e.series())
		eventually(t, "a live one goes first", func() bool { return slices.Contains(rc.firsts(), live.ID) })
		for range 150 {
			free <- struct{}{}
		}
		ctx := viewer.System(t.Context())
		eventually(t, "a page is done", func() bool { return e.db.Client.Replay.GetX(ctx, first.ID).Number >= 128 })
		e.turn(hook, domain.WebhookPaused)
		e.crash(p)
		p = e.start(change)
		for range 1000 {
			free <- struct{}{}
		}
		events = append(events, live, e.append(e.series()))
		eventually(t, "it is behind", func() bool { _, ok := e.behind(hook); return ok })
		if n := e.db.Client.Replay.GetX(ctx, first.ID).Number; n >= first.End {
			t.Errorf("the replay went on to %d while the webhook was paused", n)
		}
		e.turn(hook, domain.WebhookActive)
		done := e.replayed(first)
		if done.Status != domain.ReplayDone || done.Sent != 300 || done.Number != done.End {
			t.Errorf("replay = %+v", done)
		}
		e.await(hook, domain.DeliveryDelivered, len(events))
		twice := 0
		for _, a := range rc.arrivals() {
			if a.nth > 2 {
				twice++
			}
		}
		if twice > 128 {
			t.Errorf("%d came more often than asked for", twice)
		}

		for len(free) > 0 {
			<-free
		}
		second := e.replay(hook, events, nil)
		before := len(rc.arrivals())
		eventually(t, "some are under way", func() bool { return len(rc.arrivals()) >= before+2 })
		e.db.Client.Replay.UpdateOne(second).SetStatus(domain.ReplayCancelled).ExecX(ctx)
		eventually(t, "it is known that it was cancelled", func() bool { return !p.Replaying(second.ID) })
		third := e.replay(hook, events[:1], nil)
		close(free)
		if done := e.replayed(third); done.Sent != 1 {
			t.Errorf("replay = %+v", done)
		}
		if n := len(rc.arrivals()) - before; n > 4+1 { // those under way, and the third's
			t.Errorf("%d came of a replay that was cancelled", n)
		}
		sent := len(rc.arrivals()) - before - 1
		eventually(t, "those under way are counted, too", func() bool { return e.db.Client.Replay.GetX(ctx, second.ID).Sent == sent })
		if got := e.db.Client.Replay.GetX(ctx, second.ID); got.Status != domain.ReplayCancelled || got.Delivered != sent {
			t.Errorf("of %d sent: %+v", sent, got)
		}
		p.stop()
	})
}

// A sample is sent once as it is, whatever state the webhook is in.
func TestSample(t *testing.T) {
	t.Parallel()
	for _, state := range []domain.WebhookState{domain.WebhookActive, domain.WebhookPaused, domain.WebhookDegraded, domain.WebhookDisabled} {
		for _, answer := range []int{200, 500} {
			t.Run(string(state)+" "+http.StatusText(answer), func(t *testing.T) {
				t.Parallel()
				each(t, func(t *testing.T, e *env) { e.sample(state, answer) })
			})
		}
	}
}

func (e *env) sample(state domain.WebhookState, answer int) {
	rc := receive(e.t, func(*http.Request, arrival) int { return answer })
	hook := e.webhook(rc.URL)
	e.turn(hook, state)
	ctx := viewer.System(e.t.Context())
	body := `{"eventType":"BOOK","meetData":{}}`
	e.db.Client.Webhook.UpdateOne(hook).SetHeaders(map[string]string{foreignHeader: "sample"}).ExecX(ctx)
	e.start(nil)
	e.db.Client.Delivery.Create().SetAppID(e.app.ID).SetWebhookID(hook.ID).SetEventID(typeid.New(typeid.Event)).
		SetShard(e.log.ShardOf(e.app.ID)).SetNumber(0).SetTrigger(domain.MeetingBooked).SetStatus(domain.DeliveryPending).
		SetNextAttemptAt(time.Now().UTC()).SetTest(true).SetBody(body).ExecX(ctx)
	want := map[int]domain.DeliveryStatus{200: domain.DeliveryDelivered, 500: domain.DeliveryFailed}[answer]
	eventually(e.t, "it is sent", func() bool { return e.count(hook, want) == 1 })
	d := e.db.Client.Delivery.Query().Where(entdelivery.WebhookID(hook.ID)).OnlyX(ctx)
	a := rc.arrivals()[0]
	if d.AttemptCount != 1 || !d.Test || d.Body == nil || *d.Body != body || len(rc.arrivals()) != 1 || string(a.body) != body {
		e.t.Errorf("%d came, %s, %+v", len(rc.arrivals()), a.body, d)
	}
	for name, want := range map[string]string{"Slotcast-Test": "true", "Slotcast-Sequence": "1", "Slotcast-Attempt": "1", "Webhook-Id": d.EventID} {
		if got := a.header.Get(name); got != want {
			e.t.Errorf("header %s = %q, want %q", name, got, want)
		}
	}
}
