package delivery

import (
	"context"
	"net/http"
	"time"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/safehttp"
)

// What a gate learns, and what it concludes.
const (
	LearnNothing, LearnWell, LearnFailed, LearnOverload, LearnGone = learnNothing, learnWell, learnFailed, learnOverload, learnGone
	None, Opened, Closed, Gone                                     = none, opened, closed, gone
)

// Lesson and Verdict are what the gate is told and tells.
type (
	Lesson  = lesson
	Verdict = verdict
)

// Gate is a gate.
type Gate struct{ g *gate }

// NewGate returns a gate that knows nothing yet.
func NewGate(most int, random func() float64) Gate { return Gate{newGate(most, random)} }

// Follow, Parked, Admits, Probe, Wake and Begun are the gate's own.
func (g Gate) Follow(now time.Time, w *ent.Webhook)    { g.g.follow(now, w) }
func (g Gate) Parked() bool                            { return g.g.parked() }
func (g Gate) Admits(now time.Time, inFlight int) bool { return g.g.admits(now, inFlight) }
func (g Gate) Probe(now time.Time, inFlight int) bool  { return g.g.probe(now, inFlight) }
func (g Gate) Wake(now time.Time) time.Time            { return g.g.wake(now) }
func (g Gate) Begun(now time.Time)                     { g.g.begun(now) }
func (g Gate) Window() int                             { return g.g.window.size }
func (g Gate) Open() bool                              { return g.g.breaker.open }
func (g Gate) Ended(now time.Time, l Lesson) (Verdict, time.Time) {
	return g.Rested(now, l, time.Time{})
}

// Rested is Ended, with the receiver's wish to be left alone.
func (g Gate) Rested(now time.Time, l Lesson, until time.Time) (Verdict, time.Time) {
	r := &result{task: &task{}, lesson: l, rest: until}
	change := g.g.ended(now, r)
	return change, r.failingSince
}

// Judged is what became of a message.
type Judged struct {
	Status  domain.DeliveryStatus
	Next    *time.Time
	Begin   int
	Lesson  Lesson
	Rest    time.Time
	Attempt domain.Attempt
	Kept    int // attempts
	Count   int
}

// Case is an attempt to be judged.
type Case struct {
	Webhook       *ent.Webhook
	Secret        string
	Unopened      error
	Before, Begin int // attempts
	Probe, Test   bool
	Answer        safehttp.Response
	Err           error
}

// Judge judges an attempt.
func (w *Worker) Judge(c Case) Judged {
	t := &task{attempts: make([]domain.Attempt, min(c.Before, maxAttempts)), count: c.Before, begin: c.Begin, probe: c.Probe, test: c.Test}
	hook := &hook{Webhook: c.Webhook, unsealed: unsealed{secret: secret{text: c.Secret}, veil: newVeil(c.Secret)}, unopened: c.Unopened}
	r := w.judge(t, outcome{hook: hook, at: time.Now(), answer: c.Answer, err: c.Err})
	return Judged{r.status, r.nextAttemptAt, r.begin, r.lesson, r.rest, r.attempts[len(r.attempts)-1], len(r.attempts), r.count}
}

// RestOf is restOf.
func RestOf(h http.Header, now time.Time) time.Duration { return restOf(h, now) }

// Conclude writes what was concluded about a webhook, by the owner of a lease.
func (w *Worker) Conclude(ctx context.Context, l *ent.Lease, hook *ent.Webhook, change Verdict, at, since time.Time) {
	last := domain.Attempt{At: at, StatusCode: 500}
	w.ward.put(hook.ID, news{runner: newRunner(w, l), appID: hook.AppID, change: change, at: at, since: since, last: last})
	w.writeNews(ctx)
}
