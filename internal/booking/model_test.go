package booking_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"slotcast/internal/booking"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/eventlog"
	"slotcast/internal/webhook"
)

// modelRun is one sequence of commands, on an app of its own.
type modelRun struct {
	*model
	t          *rapid.T
	db         *entdb.DB
	service    *booking.Service
	log        *modelLog
	ctx        context.Context
	app        string
	asked      map[string]*booking.BookInput // by key
	moved      map[string]*booking.RescheduleInput
	people     int
	names      map[string]string // of ids, for the history
	favourites []*modelKind      // most bookings are of these
	careful    bool              // no odd commands
	starts     int               // how many there are to choose from
	ahead      time.Duration     // of them all
	history    []string
	failed     bool // once: from then on the failure is reproduced and made smaller
	outcomes   *outcomes
}

// tick passes with each command: attendees are made apart.
const tick = time.Millisecond

// modelLog keeps what was told.
type modelLog struct{ events, all []*eventlog.Event }

func (l *modelLog) Publish(events ...*eventlog.Event) {
	l.events, l.all = append(l.events, events...), append(l.all, events...)
}

func (l *modelLog) take() []*eventlog.Event {
	events := l.events
	l.events = nil
	return events
}

// Random commands on small apps, where they get in each other's way. After each
// the rows and the events are those of the model.
func TestAgainstModel(t *testing.T) {
	t.Parallel()
	if raced {
		t.Skip("one goroutine: it runs at full length without the race detector, which makes it ten times slower")
	}
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		r := &modelRun{db: db, log: &modelLog{}, outcomes: &outcomes{n: map[string]map[string]int{}, seen: map[string]int{}}}
		now := func() time.Time { return r.now }
		log, err := eventlog.Open(t.Context(), eventlog.Config{Client: db.Client, Owed: webhook.Owed, Publisher: r.log, Now: now})
		if err != nil {
			t.Fatal(err)
		}
		r.service = booking.New(booking.Config{Client: db.Client, Log: log, Keys: entdbtest.Keys(), Now: now})
		for limit := modelSteps; r.outcomes.steps < limit; {
			rapid.Check(t, func(rt *rapid.T) {
				r.draw(rt, func() { r.begin(t) })
				for range 2 {
					if r.outcomes.steps >= limit && !r.failed {
						break
					}
					rt.Repeat(map[string]func(*rapid.T){"step": func(rt *rapid.T) { r.draw(rt, r.step) }})
				}
				r.finish()
			})
			if len(r.outcomes.missing()) > 0 && limit < 3*modelSteps { // it was bad luck, or is more than that
				limit += modelSteps
			}
		}
		t.Log(r.outcomes)
		if missing := r.outcomes.missing(); len(missing) > 0 {
			t.Errorf("the commands test less than they should; it never came to this:\n%s", strings.Join(missing, "\n"))
		}
	})
}

// modelSteps is how many steps there are at least.
const modelSteps = 10_000

// commands are drawn from: each is there, and those that find something to do
// more often.
func (r *modelRun) commands() []func() {
	all := []func(){
		r.bookSome, r.bookSome, r.bookSome, r.bookSome, r.bookSome, r.bookSome, r.bookSome, r.bookSome,
		r.advance, r.advance, r.advance, r.sweepAll,
		r.rescheduleSome, r.cancelSome, r.cancelSeatSome, r.paySome, r.paySome, r.markSome, r.unmarkSome, r.reassignSome,
	}
	if r.careful {
		all = []func(){r.bookSome, r.bookSome, r.bookSome, r.bookSome, r.advance, r.advance, r.sweepAll}
	}
	add := func(fits bool, more ...func()) {
		if fits {
			all = append(all, more...)
		}
	}
	anyMeeting := func(fits func(x *modelMeeting) bool) bool { return slices.ContainsFunc(r.meetings, fits) }
	anyPayment := func(fits func(p *modelPayment) bool) bool { return slices.ContainsFunc(r.payments, fits) }
	add(anyMeeting(func(x *modelMeeting) bool { return x.status == domain.Active }), r.rescheduleSome, r.reassignSome)
	add(anyMeeting(func(x *modelMeeting) bool { return x.live() && x.group() && len(x.taken()) > 1 }), r.cancelSeatSome)
	add(anyMeeting(func(x *modelMeeting) bool { return x.status == domain.Active && !r.now.Before(x.start) }), r.markSome, r.markSome, r.unmarkSome)
	add(anyPayment(func(p *modelPayment) bool { return p.open() || r.late(p) }), r.paySome, r.paySome)
	add(anyPayment(r.overdue), r.bookSome, r.rescheduleSome, r.paySome)
	add(anyPayment(func(p *modelPayment) bool { return p.open() && r.of(p).status != domain.Held }), // in a group that others have paid
		r.rescheduleSome, r.advance, r.advance, r.advance, r.sweepAll, r.sweepAll, r.markSome)
	return all
}

func (r *modelRun) step() {
	r.now = r.now.Add(tick)
	r.told = nil
	one(r, r.commands()...)()
	r.compare()
}

// draw does something as the making of one value, so that rapid shows its outcome
// and none of its choices.
func (r *modelRun) draw(t *rapid.T, do func()) {
	rapid.Custom(func(t *rapid.T) string {
		r.t = t
		do()
		return r.short(r.history[len(r.history)-1])
	}).Draw(t, "did")
	r.t = t
}

// fail ends the sequence, and says what led there.
func (r *modelRun) fail(format string, args ...any) {
	r.t.Helper()
	r.failed = true
	r.t.Fatalf("%s", r.short(fmt.Sprintf(format, args...)+"\n"+strings.Join(r.history, "\n")))
}

// short gives ids names in the order in which they come up: the same ones when
// the sequence runs again.
func (r *modelRun) short(text string) string {
	return regexp.MustCompile(`\b(mtg|att|pay|agt|ety|evt)_[0-9a-z]{26}`).ReplaceAllStringFunc(text, func(id string) string {
		if r.names[id] == "" {
			r.names[id] = fmt.Sprint(id[:4], len(r.names))
		}
		return r.names[id]
	})
}
