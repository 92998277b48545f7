package delivery_test

import (
	"fmt"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"slotcast/ent"
	"slotcast/internal/backoff"
	"slotcast/internal/delivery"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
)

// step is one thing that happens to a system of two webhooks.
type step struct {
	Kind string
	N    int
}

func steps() *rapid.Generator[[]step] {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) step {
		return step{
			Kind: rapid.SampledFrom([]string{
				"append", "append", "append", "move", "pause", "resume", "degrade", "fail", "hang", "heal", "stop", "crash", "settle",
			}).Draw(t, "kind"),
			N: rapid.IntRange(1, 12).Draw(t, "n"),
		}
	}), 14, 22)
}

// Whatever happens, in whatever order: in the end each webhook has had all that it
// is owed, each series in order, and there is one row of each message.
func TestWhateverHappens(t *testing.T) {
	t.Parallel()
	for seed := range 4 {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, e *env) { e.happens(steps().Example(seed)) })
		})
	}
}

// mood is how a receiver answers.
type mood struct {
	failing, hanging atomic.Bool
	n                atomic.Int64
}

func (m *mood) answer(r *http.Request, _ arrival) int {
	if m.hanging.Load() {
		select {
		case <-r.Context().Done():
		case <-time.After(time.Second):
		}
	}
	if m.failing.Load() && m.n.Add(1)%3 > 0 || m.n.Add(1)%11 == 0 {
		return 500
	}
	return 200
}

func (e *env) happens(all []step) {
	e.t.Logf("%v", all)
	moods := []*mood{{}, {}}
	receivers := []*receiver{receive(e.t, moods[0].answer), receive(e.t, moods[1].answer)}
	hooks := []*ent.Webhook{e.webhook(receivers[0].URL), e.foreign(receivers[1].URL, domain.FormatCalendly)}
	change := func(c *delivery.Config) {
		c.Drain, c.InFlight = 10*time.Millisecond, 4
		c.Schedule = slices.Repeat(backoff.Schedule{30 * time.Millisecond}, 500)
	}
	p := e.start(change)
	var events []*eventlog.Event
	for _, s := range all {
		i := s.N % 2
		switch s.Kind {
		case "append":
			m := e.seated(1)
			for range s.N * 5 {
				events = append(events, e.append(m))
				if s.N%3 > 0 {
					m = e.seated(1)
				}
			}
		case "move":
			events = append(events, e.moves(s.N, 3, 2)...)
		case "pause":
			e.turn(hooks[i], domain.WebhookPaused)
		case "degrade":
			e.turn(hooks[i], domain.WebhookDegraded)
		case "resume":
			e.turn(hooks[i], domain.WebhookActive)
		case "fail":
			moods[i].failing.Store(true)
		case "hang":
			moods[i].hanging.Store(true)
		case "heal":
			moods[i].failing.Store(false)
			moods[i].hanging.Store(false)
		case "stop":
			p.stop()
			p = e.start(change)
		case "crash":
			e.crash(p)
			p = e.start(change)
		case "settle":
			e.settled()
		}
	}
	for i, hook := range hooks {
		moods[i].failing.Store(false)
		moods[i].hanging.Store(false)
		e.turn(hook, domain.WebhookActive)
	}
	for i, hook := range hooks {
		e.await(hook, domain.DeliveryDelivered, len(owed(hook, events...)))
		receivers[i].inTurn(e.t, hook, events)
		e.keepsUp(hook)
	}
	receivers[1].inPairs(e.t)
	e.settled()
	eventually(e.t, "nothing is held", func() bool { return p.Held() == 0 })
}
