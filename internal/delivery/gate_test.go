package delivery_test

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"slotcast/ent"
	"slotcast/internal/delivery"
	"slotcast/internal/domain"
)

const most = 16

// clock is a gate with a time of its own.
type clock struct {
	delivery.Gate
	now time.Time
}

func newClock() *clock {
	return &clock{delivery.NewGate(most, func() float64 { return 0.5 }), time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)}
}

func (c *clock) pass(d time.Duration) { c.now = c.now.Add(d) }

// send makes one request, if it may begin.
func (c *clock) send(l delivery.Lesson) (sent bool, change delivery.Verdict) {
	if !c.Admits(c.now, 0) && !c.Probe(c.now, 0) {
		return false, delivery.None
	}
	c.Begun(c.now)
	change, _ = c.Ended(c.now, l)
	return true, change
}

// fail fails until the breaker opens.
func (c *clock) fail(t *testing.T) {
	t.Helper()
	for range 10 {
		c.send(delivery.LearnFailed)
	}
	if !c.Parked() {
		t.Fatal("it is not parked")
	}
}

func active() *ent.Webhook {
	return &ent.Webhook{State: domain.WebhookActive, SubscriberURL: "https://example.org/"}
}

func TestBreakerOpensAndIsProbed(t *testing.T) {
	t.Parallel()
	c := newClock()
	c.Follow(c.now, active())
	began := c.now
	for i := range 9 {
		if _, change := c.send(delivery.LearnFailed); change != delivery.None || c.Parked() {
			t.Fatalf("failure %d opens it", i+1)
		}
		c.pass(time.Hour)
	}
	c.Begun(c.now)
	if change, since := c.Ended(c.now, delivery.LearnFailed); change != delivery.Opened || !since.Equal(began) || !c.Parked() {
		t.Fatalf("the tenth failure: %v, failing since %s", change, since)
	}
	if change, _ := c.Ended(c.now, delivery.LearnWell); change != delivery.None || !c.Parked() {
		t.Error("what was in flight when it opened closes it")
	}
	for _, seconds := range []int{30, 60, 120, 240, 480, 900, 900} {
		wait := time.Duration(seconds) * time.Second
		if at := c.Wake(c.now); !at.Equal(c.now.Add(wait)) {
			t.Fatalf("the probe is %v away, want %v", at.Sub(c.now), wait)
		}
		c.pass(wait - time.Millisecond)
		if c.Probe(c.now, 0) || c.Admits(c.now, 0) {
			t.Fatalf("it is probed before %v", wait)
		}
		c.pass(time.Millisecond)
		if c.Probe(c.now, 1) || c.Admits(c.now, 0) {
			t.Fatal("it is probed beside another request, or opens by itself")
		}
		if !c.Probe(c.now, 0) {
			t.Fatalf("it is not probed after %v", wait)
		}
		c.Begun(c.now)
		if c.Probe(c.now, 0) || !c.Wake(c.now).IsZero() {
			t.Fatal("there are two probes at once")
		}
		if change, since := c.Ended(c.now, delivery.LearnOverload); change != delivery.Opened || !since.Equal(began) {
			t.Fatalf("a probe that fails: %v, %s", change, since)
		}
	}
	c.pass(15 * time.Minute)
	if sent, change := c.send(delivery.LearnWell); !sent || change != delivery.Closed || c.Parked() || !c.Admits(c.now, 0) {
		t.Errorf("a probe that succeeds: %v, %v", sent, change)
	}
	if _, change := c.send(delivery.LearnFailed); change != delivery.None {
		t.Error("the failures before are not forgotten")
	}
}

func TestBreakerOpensWhenHalfFails(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		every time.Duration
		fails func(i int) bool
		after int // results; 0: never
	}{
		{"every second", time.Second, func(i int) bool { return i%2 == 1 }, 20},
		{"too slowly", 4 * time.Second, func(i int) bool { return i%2 == 1 }, 0},
		{"every third", time.Second, func(i int) bool { return i%3 == 1 }, 0},
		{"none", time.Second, func(int) bool { return false }, 0},
		{"the later ones", time.Second, func(i int) bool { return i >= 15 && i%8 != 0 }, 36},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := newClock()
			c.Follow(c.now, active())
			opened := 0
			for i := range 200 {
				l := delivery.LearnWell
				if tt.fails(i) {
					l = delivery.LearnFailed
				}
				if _, change := c.send(l); change == delivery.Opened {
					opened = i + 1
					break
				}
				c.pass(tt.every)
			}
			if opened != tt.after {
				t.Errorf("it opens after %d results, want %d", opened, tt.after)
			}
		})
	}
}

// Whatever has happened, a receiver that is well again is found so in time, and
// everything that may be sent by itself is so when wake says.
func TestBreakerIsNeverStuck(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		c := newClock()
		c.Gate = delivery.NewGate(most, func() float64 { return rapid.Float64Range(0, 1).Draw(rt, "random") })
		w := active()
		c.Follow(c.now, w)
		inFlight := 0
		for range rapid.IntRange(0, 300).Draw(rt, "steps") {
			c.pass(time.Duration(rapid.Int64Range(0, int64(2*time.Minute)).Draw(rt, "pass")))
			probe := c.Probe(c.now, inFlight)
			if probe && c.Admits(c.now, inFlight) {
				rt.Fatal("a probe and more at once")
			}
			switch begin := rapid.Bool().Draw(rt, "begin"); {
			case begin && (probe || c.Admits(c.now, inFlight)):
				c.Begun(c.now)
				inFlight++
			case inFlight > 0:
				l := rapid.SampledFrom([]delivery.Lesson{
					delivery.LearnNothing, delivery.LearnWell, delivery.LearnFailed, delivery.LearnOverload, delivery.LearnGone,
				}).Draw(rt, "lesson")
				c.Ended(c.now, l)
				inFlight--
			}
			if n := c.Window(); n < 1 || n > most || inFlight > most {
				rt.Fatalf("window %d, %d in flight", n, inFlight)
			}
		}
		for ; inFlight > 0; inFlight-- {
			c.Ended(c.now, delivery.LearnFailed)
		}
		for tries := 0; c.Parked(); tries++ {
			at := c.Wake(c.now)
			if !c.Probe(c.now, 0) && at.IsZero() { // its receiver is gone, until somebody resumes it
				c.pass(time.Second)
				w.StateSince = c.now
				c.Follow(c.now, w)
				continue
			}
			if at.After(c.now.Add(18*time.Minute)) || tries > 2 {
				rt.Fatalf("it is parked, and wakes at %s", at)
			}
			if !at.IsZero() {
				c.now = at
			}
			if sent, _ := c.send(delivery.LearnWell); !sent {
				rt.Fatal("it woke and may not send")
			}
		}
		if !c.Admits(c.now, 0) {
			rt.Error("it is closed and admits nothing")
		}
	})
}

func TestWindow(t *testing.T) {
	t.Parallel()
	c := newClock()
	for i, want := range []int{8, 4, 2, 1, 1} {
		c.Begun(c.now)
		if c.Ended(c.now, delivery.LearnOverload); c.Window() != want {
			t.Fatalf("after %d time-outs the window is %d, want %d", i+1, c.Window(), want)
		}
	}
	if !c.Admits(c.now, 0) || c.Admits(c.now, 1) {
		t.Error("the window is not what bounds it")
	}
	if c.Ended(c.now, delivery.LearnFailed); c.Window() != 1 {
		t.Error("a 400 changes the window")
	}
	for want := 2; want < 30; want++ {
		if c.Ended(c.now, delivery.LearnWell); c.Window() != min(want, most) {
			t.Fatalf("after %d successes the window is %d", want-1, c.Window())
		}
	}
}

// In no minute there are more requests than the limit says, and nearly as many as
// it says can be made.
func TestRateLimit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		limit := rapid.OneOf(rapid.IntRange(1, 300), rapid.IntRange(1, 5000)).Draw(rt, "limit")
		c := newClock()
		w := active()
		w.RateLimitPerMinute = &limit
		c.Follow(c.now, w)
		c.pass(time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(rt, "idle")))
		var sent []time.Time
		began, eager := c.now, rapid.Bool().Draw(rt, "eager")
		for c.now.Before(began.Add(3 * time.Minute)) {
			for c.Admits(c.now, 0) {
				c.Begun(c.now)
				c.Ended(c.now, delivery.LearnWell)
				sent = append(sent, c.now)
			}
			at := c.Wake(c.now)
			if !at.After(c.now) {
				rt.Fatalf("nothing may be sent, and it wakes at %s", at)
			}
			c.now = at
			if !eager {
				c.pass(time.Duration(rapid.Int64Range(0, int64(3*time.Second)).Draw(rt, "late")))
			}
		}
		first := 0
		for i, at := range sent {
			for !sent[first].After(at.Add(-time.Minute)) {
				first++
			}
			if n := i - first + 1; n > limit {
				rt.Fatalf("%d requests in a minute, at most %d are allowed", n, limit)
			}
		}
		if least := int(math.Floor(2.9 * float64(limit))); eager && len(sent) < least {
			rt.Errorf("%d requests in three minutes, although %d are allowed in each", len(sent), limit)
		}
	})
}

func TestRateLimitChanges(t *testing.T) {
	t.Parallel()
	c := newClock()
	w := active()
	w.RateLimitPerMinute = new(1)
	c.Follow(c.now, w)
	c.send(delivery.LearnWell)
	if at := c.Wake(c.now); c.Admits(c.now, 0) || !at.Equal(c.now.Add(time.Minute)) {
		t.Fatalf("the second of a minute: %s", at)
	}
	w.RateLimitPerMinute = new(60)
	c.Follow(c.now, w)
	if at := c.Wake(c.now); at.After(c.now.Add(time.Second)) {
		t.Errorf("with a higher limit the next one comes at %s", at)
	}
	w.RateLimitPerMinute = nil
	if c.Follow(c.now, w); !c.Admits(c.now, 0) {
		t.Error("without a limit it waits")
	}
}

func TestReceiverIsLeftAlone(t *testing.T) {
	t.Parallel()
	c := newClock()
	w := active()
	c.Follow(c.now, w)
	until := c.now.Add(2 * time.Hour)
	c.Begun(c.now)
	c.Rested(c.now, delivery.LearnOverload, until)
	c.Rested(c.now, delivery.LearnOverload, c.now.Add(time.Minute))
	c.Ended(c.now, delivery.LearnWell)
	if c.Admits(c.now, 0) || !c.Wake(c.now).Equal(until) || c.Parked() {
		t.Errorf("it is left alone until %s, want %s", c.Wake(c.now), until)
	}
	c.now = until
	if !c.Admits(c.now, 0) {
		t.Error("it is left alone for longer")
	}
	c.fail(t)
	c.Rested(c.now, delivery.LearnOverload, c.now.Add(time.Hour))
	if at := c.Wake(c.now); !at.Equal(c.now.Add(time.Hour)) {
		t.Errorf("it is probed at %s, before the receiver wants it", at)
	}
	moved := active()
	moved.SubscriberURL = "https://example.org/elsewhere"
	if c.Follow(c.now, moved); !c.Probe(c.now, 0) {
		t.Error("another receiver is left alone, too")
	}
}

// What a receiver asked of the owner before holds for the next one, and as long as
// that may be; until somebody resumes the webhook. That the server finds it well
// again is not that.
func TestReceiverIsLeftAloneByTheNextOwner(t *testing.T) {
	t.Parallel()
	c := newClock()
	w := active()
	w.HeldUntil = new(c.now.Add(time.Hour))
	if c.Follow(c.now, w); c.Admits(c.now, 0) || !c.Wake(c.now).Equal(*w.HeldUntil) {
		t.Errorf("it is left alone until %s", c.Wake(c.now))
	}
	c.pass(time.Minute)
	well := *w
	well.StateSince = c.now
	if c.Follow(c.now, &well); c.Admits(c.now, 0) {
		t.Error("well again, it is not left alone")
	}
	c.pass(time.Minute)
	resumed := active()
	resumed.StateSince = c.now
	if c.Follow(c.now, resumed); !c.Admits(c.now, 0) {
		t.Error("resumed, it is left alone")
	}
	c = newClock()
	w.HeldUntil = new(c.now.Add(1000 * time.Hour))
	if c.Follow(c.now, w); !c.Wake(c.now).Equal(c.now.Add(24 * time.Hour)) {
		t.Errorf("it is left alone until %s", c.Wake(c.now))
	}
}

// Who begins to send does not know what was sent in the minute before: there is no
// burst, and he earns one.
func TestRateLimitBegins(t *testing.T) {
	t.Parallel()
	c := newClock()
	if !c.Admits(c.now, 0) || c.Admits(c.now, 1) {
		t.Error("not one message finds out what the webhook is like")
	}
	w := active()
	w.RateLimitPerMinute = new(600)
	c.Follow(c.now, w)
	burst := func() (n int) {
		for c.Admits(c.now, 0) {
			c.Begun(c.now)
			c.Ended(c.now, delivery.LearnWell)
			n++
		}
		return n
	}
	if n := burst(); n != 1 {
		t.Errorf("%d at once in the beginning", n)
	}
	c.pass(time.Minute)
	if n := burst(); n != 10 {
		t.Errorf("%d at once later on", n)
	}
}

// What is written in the table about a webhook, and what it means for its lane.
func TestGateFollowsTheState(t *testing.T) {
	t.Parallel()
	in := func(s domain.WebhookState, since time.Time) *ent.Webhook {
		w := active()
		w.State, w.StateSince, w.FailingSince = s, since, &since
		return w
	}
	c := newClock()
	before := c.now.Add(-time.Hour)
	c.Follow(c.now, in(domain.WebhookPaused, before))
	if !c.Parked() || c.Admits(c.now, 0) || c.Probe(c.now, 0) || !c.Wake(c.now).IsZero() {
		t.Error("a paused webhook is sent to")
	}
	if c.Follow(c.now, in(domain.WebhookActive, c.now)); c.Parked() || !c.Admits(c.now, 0) {
		t.Error("one that is resumed is not sent to")
	}
	c.fail(t)
	if c.Follow(c.now, in(domain.WebhookActive, before)); !c.Parked() {
		t.Error("the breaker closes before the table knows that it opened")
	}
	c.pass(time.Second)
	if c.Follow(c.now, in(domain.WebhookActive, c.now)); c.Parked() {
		t.Error("resuming it does not close the breaker")
	}
	for range 20 {
		c.send(delivery.LearnFailed)
	}
	if c.Follow(c.now, in(domain.WebhookDisabled, c.now)); c.Parked() || !c.Admits(c.now, 1) || c.Admits(c.now, most) {
		t.Error("what a disabled webhook is owed is not taken up to be cancelled")
	}
	c = newClock()
	if c.Follow(c.now, nil); c.Parked() || !c.Admits(c.now, 1) {
		t.Error("nor what one that was deleted is")
	}

	c = newClock()
	c.Follow(c.now, in(domain.WebhookDegraded, before))
	at := c.Wake(c.now)
	if !c.Parked() || c.Admits(c.now, 0) || at.IsZero() || at.After(c.now.Add(time.Second)) {
		t.Errorf("a lane of a failing webhook begins parked: %v, probed at %s", c.Parked(), at)
	}
	c.now = at
	c.Begun(c.now)
	if change, since := c.Ended(c.now, delivery.LearnFailed); change != delivery.Opened || !since.Equal(before) {
		t.Errorf("it still fails: %v since %s", change, since)
	}
}

func TestGone(t *testing.T) {
	t.Parallel()
	c := newClock()
	c.Follow(c.now, active())
	c.Begun(c.now)
	if change, _ := c.Ended(c.now, delivery.LearnGone); change != delivery.Gone || !c.Parked() || c.Admits(c.now, 0) {
		t.Errorf("410: %v", change)
	}
	c.pass(time.Hour)
	if c.Follow(c.now, active()); !c.Parked() || c.Probe(c.now, 0) || !c.Wake(c.now).IsZero() {
		t.Error("it is sent to before the table knows")
	}
	c.pass(time.Second)
	resumed := active()
	resumed.StateSince = c.now
	if c.Follow(c.now, resumed); !c.Admits(c.now, 0) {
		t.Error("resuming it is of no avail")
	}
}

// A webhook that the table has for failing although it does not is said to be well
// again, and not with every message.
func TestGateRepairsTheTable(t *testing.T) {
	t.Parallel()
	c := newClock()
	c.Follow(c.now, active())
	degraded := active()
	degraded.State = domain.WebhookDegraded
	c.Follow(c.now, degraded)
	said := 0
	for range 21 {
		if _, change := c.send(delivery.LearnWell); change == delivery.Closed {
			said++
		}
		c.pass(time.Second)
	}
	if said != 3 {
		t.Errorf("it is said %d times in 20 seconds", said)
	}
}
