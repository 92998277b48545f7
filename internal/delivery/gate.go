package delivery

import (
	"time"

	"slotcast/ent"
	"slotcast/internal/domain"
)

// verdict is what a result means for the health of its webhook.
type verdict uint8

const (
	none   verdict = iota
	opened         // it fails: the breaker has opened, or a probe has failed
	closed         // it answers again
	gone           // its receiver wants no more messages
)

// lesson is what a gate learns from a result.
type lesson uint8

const (
	learnNothing  lesson = iota // nothing was sent, or nothing that counts
	learnWell                   // a 2xx
	learnFailed                 // it failed, not because the receiver has too much to do
	learnOverload               // it may have
	learnGone                   // 410 Gone
)

// sayAgain is the least time between two times that a webhook is said to answer.
const sayAgain = 10 * time.Second

// restNoted is by how much a receiver has to prolong its wish to be left alone for
// that to be written.
const restNoted = time.Second

// gate decides when a lane may send. It keeps no clock: whoever asks says what
// time it is. Its lane's lock guards it.
type gate struct {
	random  func() float64
	window  window
	rate    rate
	breaker breaker
	rest    time.Time // until then the receiver asked to be left alone,
	asked   time.Time // at this time,
	noted   time.Time // and until then as far as it was passed on to be written
	said    time.Time // when it was last said that the webhook answers

	known bool // the webhook has been seen
	gone  bool // its receiver wants no more messages, which the table may not say yet
	state domain.WebhookState
	since time.Time // of the state
	url   string
}

func newGate(most int, random func() float64) *gate {
	return &gate{random: random, window: newWindow(most)}
}

// follow takes up what the owner chose, and the state: nil for a webhook that was
// deleted. It is called whenever the lane sees the webhook anew.
func (g *gate) follow(now time.Time, w *ent.Webhook) {
	if w == nil {
		g.known, g.state = true, domain.WebhookDisabled
		return
	}
	first, moved := !g.known, g.known && g.url != w.SubscriberURL
	g.known, g.state, g.url = true, w.State, w.SubscriberURL
	limit := 0
	if w.RateLimitPerMinute != nil {
		limit = *w.RateLimitPerMinute
	}
	g.rate.allow(now, limit)
	active := w.State == domain.WebhookActive
	if first || moved || active && w.StateSince.After(g.since) && w.StateSince.After(g.asked) {
		g.rest = heldUntil(now, w)
		g.noted = g.rest
	}
	g.since = w.StateSince
	switch b := &g.breaker; {
	case first && w.State == domain.WebhookDegraded:
		since := now
		if w.FailingSince != nil {
			since = *w.FailingSince
		}
		b.begin(now, since, g.random)
	case b.open && active && w.StateSince.After(b.changed): // somebody has resumed it
		b.shut(now)
	case b.open && moved: // another receiver may be well
		b.wait, b.probeAt = b.first()/2, now
	}
	g.gone = g.gone && g.breaker.open && !g.over()
}

// heldUntil is until when the table says that the receiver is to be left alone:
// what an owner before was asked for. Who resumes the webhook, or changes its URL,
// takes it out.
func heldUntil(now time.Time, w *ent.Webhook) time.Time {
	if w.HeldUntil == nil {
		return time.Time{}
	}
	return earlier(*w.HeldUntil, now.Add(maxRest))
}

// over reports that nothing is sent any more: what is owed is cancelled, for which
// there is no limit.
func (g *gate) over() bool { return g.state == domain.WebhookDisabled }

// parked reports whether nothing is taken from memory: the webhook is paused, or
// its breaker is open.
func (g *gate) parked() bool {
	return !g.over() && (g.state == domain.WebhookPaused || g.breaker.open)
}

// admits reports whether one more request may begin.
func (g *gate) admits(now time.Time, inFlight int) bool {
	switch {
	case !g.known: // the first message finds out what holds for all others
		return inFlight == 0
	case g.over():
		return inFlight < g.window.most
	}
	return !g.parked() && inFlight < g.window.size && !now.Before(g.free())
}

// probe reports whether one message may be tried although the breaker is open.
func (g *gate) probe(now time.Time, inFlight int) bool {
	return g.takesUrgent() && !g.over() && inFlight == 0 && g.breaker.due(now) && !now.Before(g.free())
}

// takesUrgent reports whether what somebody asked for may go out while all else
// waits: not to a webhook that is paused, nor to one that is ending.
func (g *gate) takesUrgent() bool { return g.state != domain.WebhookPaused && !g.gone }

// free is when the rate limit and the receiver's own wish allow a request.
func (g *gate) free() time.Time { return later(g.rest, g.rate.free()) }

// wake returns when admits or probe may turn true by itself; the zero time if
// only a result or a change of the webhook can make it so.
func (g *gate) wake(now time.Time) time.Time {
	if g.over() || !g.takesUrgent() || g.breaker.probing {
		return time.Time{}
	}
	at := g.free()
	if g.breaker.open {
		at = later(at, g.breaker.probeAt)
	}
	if !at.After(now) {
		return time.Time{}
	}
	return at
}

// tally counts a request that begins now.
func (g *gate) tally(now time.Time) {
	if g.counts() {
		g.rate.take(now)
	}
}

// counts reports whether requests are counted: there is a limit, and it holds.
func (g *gate) counts() bool { return g.rate.limit > 0 && !g.over() }

// begun counts a request that the gate lets through. With the breaker open it is a
// probe.
func (g *gate) begun(now time.Time) {
	g.tally(now)
	if g.breaker.open && !g.over() {
		g.breaker.probing = true
	}
}

// ended draws the conclusions from a result, and notes in it since when the
// webhook has been failing, if it is, and until when it is to be left alone, if
// that is to be written.
func (g *gate) ended(now time.Time, r *result) (change verdict) {
	if !r.rest.IsZero() {
		g.rest, g.asked = later(g.rest, r.rest), now
		if g.rest.Sub(g.noted) >= restNoted {
			g.noted, r.heldUntil = g.rest, g.rest
		}
	}
	if g.breaker.open && r.urgent && r.lesson != learnGone {
		return g.endedUrgent(now, r.lesson)
	}
	switch r.lesson {
	case learnNothing:
		g.breaker.probing = false
	case learnWell:
		g.window.raise()
		if g.breaker.success(now) || g.recovered(now) {
			g.said = now
			return closed
		}
	case learnOverload, learnFailed:
		if r.lesson == learnOverload {
			g.window.halve()
		}
		if since := g.breaker.failure(now, g.random); !since.IsZero() {
			r.failingSince = since
			return opened
		}
	case learnGone:
		g.breaker.refused(now, g.random)
		g.gone = true
		return gone
	}
	return none
}

// endedUrgent is ended for what was sent although the breaker is open, because
// somebody asked for it: when it succeeds that closes the breaker as a probe does,
// and when it fails the next probe comes no later.
func (g *gate) endedUrgent(now time.Time, l lesson) (change verdict) {
	if l != learnWell {
		return none
	}
	g.window.raise()
	g.breaker.shut(now)
	g.said = now
	return closed
}

// recovered reports whether the table has a webhook for failing that is not: what
// was written about it came from an owner before.
func (g *gate) recovered(now time.Time) bool {
	return g.state == domain.WebhookDegraded && !g.breaker.open && now.Sub(g.said) >= sayAgain
}

// remembers reports whether the gate knows what one made anew would not.
func (g *gate) remembers(now time.Time) bool {
	return g.breaker.open || g.breaker.row > 0 || g.free().After(now)
}
