package delivery

import (
	"context"
	"slices"
	"time"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
)

// Lane is a lane on its own, of a runner that sends nothing.
type Lane struct{ l *lane }

// NewLane returns a lane that is live behind a settled event.
func NewLane(webhookID string, settled int64) Lane {
	r := newRunner(New(Config{}), &ent.Lease{Settled: settled})
	r.stopped = true
	return Lane{r.lane(webhookID)}
}

// inside calls a function with the lane's lock held.
func (x Lane) inside(do func(l *lane)) {
	x.l.mu.Lock()
	defer x.l.mu.Unlock()
	do(x.l)
}

// Behind puts the lane behind its runner, which has handed out so much.
func (x Lane) Behind(handed int64) {
	x.l.runner.handed.Store(handed)
	x.inside(func(l *lane) { l.fallBehind() })
}

// Position is the last event of which the lane has taken all.
func (x Lane) Position() (n int64) { x.inside(func(l *lane) { n = l.position.whole() }); return n }

// Live names the webhooks that the lane's runner asks the table for.
func (x Lane) Live(events ...*eventlog.Event) []string { return x.l.runner.live(events) }

// See has the lane see its webhook, nil for one that is deleted.
func (x Lane) See(w *ent.Webhook) {
	var h *hook
	if w != nil {
		h = &hook{Webhook: w}
	}
	x.inside(func(l *lane) { l.see(h) })
}

// Looked is what a look at the table brings.
func (x Lane) Looked(w *ent.Webhook) { x.l.looked(&hook{Webhook: w}) }

// On reports whether the lane reads by itself.
func (x Lane) On() (on bool) { x.inside(func(l *lane) { on = l.on }); return on }

// Tick is tick.
func (x Lane) Tick(now time.Time) bool { return x.l.tick(now) }

// Rest has the receiver ask to be left alone.
func (x Lane) Rest(until time.Time) { x.inside(func(l *lane) { l.gate.rest = until }) }

// Fail has a message fail.
func (x Lane) Fail(e *eventlog.Event, next time.Time) {
	x.inside(func(l *lane) {
		t := newTask(l.runner.books, &bodies{event: e}, l.target.id, "")
		t.count = 1
		res := t.later(next, []domain.Attempt{{At: time.Now()}})
		res.lesson = learnFailed
		l.settle(l.line(e.SeriesID), &res)
	})
}

// ComeBack brings a message back that failed before.
func (x Lane) ComeBack(e *eventlog.Event) {
	x.inside(func(l *lane) {
		t := newTask(l.runner.books, &bodies{event: e}, l.target.id, "")
		t.count, t.due, t.fresh, t.attempts = 1, true, false, []domain.Attempt{{At: time.Now()}}
		l.enqueue(t)
	})
}

// Offer offers a message of the log, and reports whether it is among those in hand.
func (x Lane) Offer(e *eventlog.Event) (inHand bool) {
	x.l.offer(newTask(x.l.runner.books, &bodies{event: e}, x.l.target.id, ""))
	x.inside(func(l *lane) { s := l.lines[e.SeriesID]; inHand = s != nil && s.has(place{e.Number, ""}) })
	return inHand
}

// Read adds a message as if the lane had read it.
func (x Lane) Read(e *eventlog.Event) {
	x.inside(func(l *lane) { l.enqueue(newTask(l.account, &bodies{event: e}, l.target.id, "")) })
}

// Wrote tells the lane that all its results are in the table.
func (x Lane) Wrote() {
	x.inside(func(l *lane) { l.unwritten = 0 })
}

// Open reports whether the first message of a series may go.
func (x Lane) Open(series string) (open bool) {
	x.inside(func(l *lane) { s := l.lines[series]; open = s != nil && s.open(time.Now()) })
	return open
}

// Park is park.
func (x Lane) Park() { x.inside(func(l *lane) { l.park() }) }

// Start lets the runner begin what it may.
func (x Lane) Start() { x.l.runner.stopped = false }

// ReadAcrossAPark takes a message of an event, parks, and then takes what was read
// before that. It returns up to where all is settled when the messages close that
// were in hand by then.
func (x Lane) ReadAcrossAPark(e *eventlog.Event, first string) (settled int64) {
	x.inside(func(l *lane) {
		b := &bodies{event: e}
		l.on, l.position, l.account = true, place{e.Number, first}, newBooks(e.Number-1)
		l.account.enter(e.Number, len(e.Owed))
		l.inFlight, l.queued = 1, 1
		s := l.line(e.SeriesID)
		s.tasks, s.busy = []*task{newTask(l.account, b, l.target.id, first)}, true
		from := l.position
		l.park()
		l.take(stretch{from: from, upTo: e.Number, events: []*bodies{b}})
		l.account.close(e.Number)
		l.account.close(e.Number)
		settled, _ = l.account.state()
	})
	return settled
}

// Await asks to be woken, and returns when that will be.
func (x Lane) Await(in time.Duration) (wakes time.Time) {
	x.inside(func(l *lane) { l.awaitUntil(time.Now(), time.Now().Add(in)); wakes = l.wakes })
	return wakes
}

// Awake reports whether nothing is awaited any more.
func (x Lane) Awake() (awake bool) { x.inside(func(l *lane) { awake = l.timer == nil }); return awake }

// Crowd has a number of lanes begin all the requests that they may, and returns how
// many one more lane may then begin.
func Crowd(lanes, most int) (left int) {
	w := New(Config{})
	for round := range most {
		for range lanes {
			if round < w.requestLimit() && w.running.Load() < maxRequests {
				w.running.Add(1)
			}
		}
	}
	return min(w.requestLimit(), maxRequests-int(w.running.Load()))
}

func (w *Worker) laneOf(id string) *lane {
	for _, r := range w.owned() {
		for _, l := range r.all() {
			if l.target.id == id {
				return l
			}
		}
	}
	return nil
}

// Rests reports whether a webhook's lane has found nothing to try it out with.
func (w *Worker) Rests(id string) bool {
	l := w.laneOf(id)
	if l == nil {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.bare && !l.listed
}

// Hold counts messages in as if lanes held them.
func (w *Worker) Hold(n int) { w.held.Add(int64(n)) }

// Claim claims rows that were due at a time, and returns those that it got.
func (w *Worker) Claim(ctx context.Context, asOf time.Time, rows ...*ent.Delivery) ([]string, error) {
	runners := map[int]*runner{}
	for _, r := range w.owned() {
		runners[r.shard] = r
	}
	claimed, err := w.claim(ctx, rows, asOf, runners)
	var ids []string
	for id := range claimed {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids, err
}

// Inherit lets a lane go on behind an event, where the table says that it was at
// another one, and reports whether the watermark may pass what it is owed.
func (x Lane) Inherit(number, noted int64) bool {
	x.l.inherit(number, noted, noted)
	o, skips := x.l.skips(number + 1)
	return skips && o == passed
}
