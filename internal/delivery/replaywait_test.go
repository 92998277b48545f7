package delivery_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"slotcast/ent"
	entdelivery "slotcast/ent/delivery"
	"slotcast/ent/webhook"
	"slotcast/internal/backoff"
	"slotcast/internal/delivery"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/viewer"
)

// Both of a pair come once more, and the replay comes to its end.
func TestReplayOfAPair(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		rc := receive(t, nil)
		hook := e.foreign(rc.URL, domain.FormatCalendly)
		p := e.start(nil)
		m := e.seated(2)
		events := []*eventlog.Event{e.append(m)}
		_, moved := e.move(m)
		events = append(events, moved)
		n := len(owed(hook, events...))
		e.await(hook, domain.DeliveryDelivered, n)
		e.settled()
		done := e.replayed(e.replay(hook, events, nil))
		if done.Status != domain.ReplayDone || done.Sent != n || done.Delivered != n || done.Number != done.End {
			t.Errorf("of %d messages, replay = %+v", n, done)
		}
		if at := done.FinishedAt; at == nil || !at.Equal(at.Truncate(time.Microsecond)) {
			t.Errorf("it ended at %v", at)
		}
		var again []string
		for _, a := range rc.arrivals()[n:] {
			again = append(again, a.id)
		}
		if !slices.Equal(again, owed(hook, events...)) {
			t.Errorf("%v came again", again)
		}
		eventually(t, "nothing is held", func() bool { return p.Held() == 0 })
	})
}

// A replay of the second alone finds the first being tried again, and leaves it to
// come behind that.
func TestReplayOfTheSecondOfAPair(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		rc := receive(t, nil)
		hook := e.foreign(rc.URL, domain.FormatCalendly)
		m, moved := e.move(e.seated(1))
		next := time.Now().UTC().Add(time.Hour).Truncate(time.Microsecond)
		past := []domain.Attempt{{At: time.Now().UTC().Add(-time.Hour), StatusCode: 500}}
		ctx := viewer.System(t.Context())
		e.row(hook, moved, "0001a").SetNextAttemptAt(next).SetAttemptCount(1).SetAttempts(past).ExecX(ctx)
		e.row(hook, moved, "0001b").SetStatus(domain.DeliveryFailed).SetAttemptCount(1).SetAttempts(past).ExecX(ctx)
		e.start(nil)
		_, last := e.move(m)
		eventually(t, "the series goes on", func() bool { return e.count(hook, domain.DeliveryDelivered) == 2 })
		done := e.replayed(e.replay(hook, []*eventlog.Event{moved}, func(c *ent.ReplayCreate) { c.SetOnlyFailed(true) }))
		if done.Status != domain.ReplayDone || done.Sent != 0 || len(rc.arrivals()) != 2 {
			t.Errorf("%d messages came, %+v", len(rc.arrivals()), done)
		}
		e.passTime(moved)
		e.await(hook, domain.DeliveryDelivered, 4)
		want := append(owed(hook, last), owed(hook, moved)...)
		if got := rc.firsts(); !slices.Equal(got, want) {
			t.Errorf("%v came, want %v", got, want)
		}
	})
}

// A webhook that is DEGRADED, and owed nothing, is tried out with what is replayed.
func TestReplayTriesOutAWebhookThatFails(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		rc := receive(t, nil)
		hook := e.foreign(rc.URL, domain.FormatCalendly)
		p := e.start(nil)
		events := e.moves(3, 1, 2)
		n := len(owed(hook, events...))
		e.await(hook, domain.DeliveryDelivered, n)
		e.settled()
		p.stop()
		ctx := viewer.System(t.Context())
		e.db.Client.Webhook.UpdateOne(hook).SetState(domain.WebhookDegraded).SetStateSince(time.Now().UTC()).SetFailingSince(time.Now().UTC()).ExecX(ctx)
		e.start(nil)
		done := e.replayed(e.replay(hook, events, nil))
		if done.Status != domain.ReplayDone || done.Sent != n {
			t.Errorf("of %d messages, replay = %+v", n, done)
		}
		eventually(t, "it is well", func() bool { return e.db.Client.Webhook.GetX(ctx, hook.ID).State == domain.WebhookActive })
	})
}

// history is what happens to some meetings: book, move or cancel.
func history() *rapid.Generator[[]step] {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) step {
		return step{
			Kind: rapid.SampledFrom([]string{"book", "move", "move", "move", "cancel"}).Draw(t, "kind"),
			N:    rapid.IntRange(0, 6).Draw(t, "n"),
		}
	}), 12, 18)
}

// happen lets a history happen.
func (e *env) happen(all []step) (events []*eventlog.Event) {
	meetings := map[int]*ent.Meeting{}
	for _, s := range all {
		m := meetings[s.N]
		if m == nil || s.Kind == "book" {
			m = e.seated(1 + s.N%3)
			meetings[s.N] = m
			events = append(events, e.append(m))
		}
		switch s.Kind {
		case "move":
			var moved *eventlog.Event
			meetings[s.N], moved = e.move(m)
			events = append(events, moved)
		case "cancel":
			events = append(events, e.cancel(m))
			delete(meetings, s.N)
		}
	}
	return events
}

// cancel appends the end of a meeting, with all its seats.
func (e *env) cancel(m *ent.Meeting) *eventlog.Event {
	e.t.Helper()
	gone := *m
	gone.Status, gone.Cancellation = domain.Cancelled, &domain.Cancellation{Time: time.Now().UTC(), Reason: "ill"}
	gone.Edges.Attendees = nil
	for _, a := range m.Edges.Attendees {
		seat := *a
		seat.Status, seat.Cancellation = domain.AttendeeCancelled, gone.Cancellation
		gone.Edges.Attendees = append(gone.Edges.Attendees, &seat)
	}
	return e.tell(&eventlog.Draft{Trigger: domain.MeetingCanceled, Meeting: &gone})
}

// again counts what comes of a replay, and answers it.
type again struct {
	mu     sync.Mutex
	begun  bool
	times  map[string]int
	order  []string // ids, as they came
	answer func(id string, nth int) int
}

func (a *again) begin() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.begun = true
}

func (a *again) take(_ *http.Request, came arrival) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.begun {
		return 200
	}
	a.times[came.id]++
	a.order = append(a.order, came.id)
	return a.answer(came.id, a.times[came.id])
}

func (a *again) ids() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.order)
}

// Whatever happened, in whatever format, by whatever policy, and whatever the
// receiver answers: a replay comes to its end, all of the range is sent, and the
// order is kept.
func TestReplayOfWhateverHappened(t *testing.T) {
	t.Parallel()
	moods := map[string]func(id string, nth int) int{
		"well": func(string, int) int { return 200 },
		"at first": func(id string, nth int) int {
			if nth == 1 && id[len(id)-2]%3 == 0 || nth == 1 && strings.HasSuffix(id, "a") {
				return 500
			}
			return 200
		},
		"some never": func(id string, _ int) int {
			if id[len(id)-3]%4 == 0 {
				return 500
			}
			return 200
		},
		"never": func(string, int) int { return 500 },
	}
	for name, answer := range moods {
		for seed := range 2 {
			t.Run(fmt.Sprintf("%s %d", name, seed), func(t *testing.T) {
				t.Parallel()
				each(t, func(t *testing.T, e *env) {
					all := history().Example(seed)
					if strings.HasSuffix(name, "never") {
						all = all[:4] // its webhooks are DEGRADED again and again
					}
					e.replaysWhatever(all, answer)
				})
			})
		}
	}
}

func (e *env) replaysWhatever(all []step, answer func(id string, nth int) int) {
	e.t.Logf("%v", all)
	ctx := viewer.System(e.t.Context())
	type told struct {
		*ent.Webhook
		again  *again
		replay *ent.Replay
	}
	var hooks []told
	for _, format := range []domain.WebhookFormat{domain.FormatNative, domain.FormatCalendly, domain.FormatCalcom} {
		for _, order := range []domain.OrderPolicy{domain.OrderNone, domain.OrderBounded, domain.OrderStrict} {
			a := &again{times: map[string]int{}, answer: answer}
			hook := e.foreign(receive(e.t, a.take).URL, format).Update().SetOrderPolicy(order).
				SetTriggers([]domain.Trigger{domain.MeetingBooked, domain.MeetingRescheduled, domain.MeetingCanceled}).SaveX(ctx)
			hooks = append(hooks, told{Webhook: hook, again: a})
		}
	}
	p := e.start(func(c *delivery.Config) {
		c.Schedule = slices.Repeat(backoff.Schedule{20 * time.Millisecond}, 2)
	})
	events := e.happen(all)
	for i, h := range hooks {
		e.await(h.Webhook, domain.DeliveryDelivered, len(owed(h.Webhook, events...)))
		h.again.begin()
		for n, d := range e.deliveries(h.Webhook) { // as if some had not arrived
			status := []domain.DeliveryStatus{domain.DeliveryDelivered, domain.DeliveryFailed, domain.DeliveryCancelled}[n%3]
			e.db.Client.Delivery.Update().Where(entdelivery.ID(d.ID)).SetStatus(status).ExecX(ctx)
		}
		hooks[i].replay = e.replay(h.Webhook, events, nil)
	}
	for _, h := range hooks {
		eventually(e.t, fmt.Sprintf("the replay of %s, %s is over, and all of it is done", h.Format, h.OrderPolicy), func() bool {
			e.db.Client.Webhook.Update().Where(webhook.StateEQ(domain.WebhookDegraded)).
				SetState(domain.WebhookActive).SetStateSince(time.Now().UTC()).ExecX(ctx)
			return e.db.Client.Replay.GetX(ctx, h.replay.ID).Status == domain.ReplayDone && e.count(h.Webhook, domain.DeliveryPending) == 0
		})
		h.again.inOrder(e.t, h.Webhook, events)
	}
	eventually(e.t, "nothing is held", func() bool { return p.Held() == 0 })
}

// inOrder fails the test unless all came, no second of a pair before the last of its
// first one and, where there is an order, none before the last of what is before it.
func (a *again) inOrder(t testing.TB, hook *ent.Webhook, events []*eventlog.Event) {
	t.Helper()
	first, last := map[string]int{}, map[string]int{}
	for i, id := range a.ids() {
		if _, known := first[id]; !known {
			first[id] = i
		}
		last[id] = i
	}
	series := map[string]string{} // the latest message of each
	for _, ev := range events {
		for _, id := range owed(hook, ev) {
			if _, came := first[id]; !came {
				t.Errorf("%s, %s: %s did not come", hook.Format, hook.OrderPolicy, id)
			}
			before := series[ev.SeriesID]
			number, second := strings.CutSuffix(id, "b")
			if waits := second && before == number+"a" || hook.OrderPolicy != domain.OrderNone; before != "" && waits && first[id] < last[before] {
				t.Errorf("%s, %s: %s came, and %s behind it", hook.Format, hook.OrderPolicy, id, before)
			}
			series[ev.SeriesID] = id
		}
	}
}
