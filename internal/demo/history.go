package demo

import (
	"context"
	"fmt"
	"time"

	"slotcast/ent"
	"slotcast/internal/booking"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/routingform"
)

// lead is the earliest that somebody books ahead of his meeting.
const lead = 6 * day

const day = 24 * time.Hour

// past makes the history of a company: each thing at the time when it happened,
// by services whose clock says so.
type past struct {
	*desk
	timeline
	now   time.Time
	fates []fate // dealt one by one; see deal
}

// fate is what becomes of a meeting after it was booked.
type fate int

const (
	kept fate = iota
	missed
	cancelled
	moved
)

// deal returns the next fate. They come from a shuffled deck, so that a handful
// of meetings has some of each.
func (p *past) deal() fate {
	if len(p.fates) == 0 {
		p.fates = []fate{kept, kept, kept, kept, kept, kept, kept, missed, cancelled, moved}
		p.rnd.Shuffle(len(p.fates), func(i, j int) { p.fates[i], p.fates[j] = p.fates[j], p.fates[i] })
	}
	next := p.fates[0]
	p.fates = p.fates[1:]
	return next
}

// newPast returns a history that begins early enough for the first of its
// meetings to be booked, and ends at now.
func newPast(ctx context.Context, cfg *Config, c *company, now time.Time) (*past, error) {
	ticking := &clock{now: now.Add(-History*day - lead - day)}
	log, err := eventlog.Open(ctx, eventlog.Config{Client: cfg.Client, Owed: nobody, Publisher: quiet{}, Now: ticking.Now, Past: true})
	if err != nil {
		return nil, err
	}
	return &past{
		desk: &desk{
			company: c, client: cfg.Client, rnd: randomly(cfg.Random, 1),
			meetings: booking.New(booking.Config{Client: cfg.Client, Log: log, Keys: cfg.Keys, Now: ticking.Now}),
			forms:    routingform.New(routingform.Config{Client: cfg.Client, Log: log, Now: ticking.Now}),
		},
		timeline: timeline{clock: ticking, until: now},
		now:      now,
	}, nil
}

// nobody is owed what happened before there were webhooks.
func nobody(context.Context, *ent.Tx, *eventlog.Event, *eventlog.Draft) ([]string, error) {
	return nil, nil
}

// quiet tells nobody of what happened: nobody listens yet.
type quiet struct{}

func (quiet) Publish(...*eventlog.Event) {}

// happen makes it.
func (p *past) happen(ctx context.Context, told func(done, all int)) error {
	today := p.now.Truncate(day)
	for n := -History; n <= History; n++ {
		p.planDay(today.AddDate(0, 0, n))
	}
	for n := range 8 { // somebody is always at the form
		p.at(p.now.Add(-time.Duration(p.rnd.IntN(int(6*day)))).Add(-time.Duration(n)*time.Minute), p.visit)
	}
	for at := p.clock.now; at.Before(p.now); at = at.Add(8 * time.Hour) {
		p.at(at, p.sweep)
	}
	p.planHolds()
	p.at(p.now, p.sweep)
	return p.run(ctx, told)
}

// planDay plans the bookings for a day.
func (p *past) planDay(midnight time.Time) {
	for i, n := range []int{intro: 3, product: 2, onboarding: 4, review: 1, coaching: 2} {
		event := p.types[i]
		for range n {
			ahead := day + time.Duration(p.rnd.Int64N(int64(lead-day)))
			at := midnight.Add(-ahead)
			if at.After(p.now) { // it was booked some time in the last days
				at = p.now.Add(-time.Duration(p.rnd.Int64N(int64(2*day))) - time.Minute)
			}
			p.at(at, func(ctx context.Context) error {
				return p.appoint(ctx, want{event: event, from: midnight, to: midnight.Add(day)})
			})
		}
	}
}

// planHolds plans some that nobody has paid for: two whose time has run out, and
// two that still have it.
func (p *past) planHolds() {
	for n, ago := range []time.Duration{30 * time.Hour, 5 * time.Hour, 9 * time.Minute, 3 * time.Minute} {
		p.at(p.now.Add(-ago), func(ctx context.Context) error {
			from := p.now.Add(time.Duration(n+1) * day)
			_, err := p.book(ctx, want{event: p.types[coaching], from: from, to: from.Add(3 * day)})
			return unless(passing, err)
		})
	}
}

// unless drops the errors that are none here.
func unless(harmless func(error) bool, err error) error {
	if err != nil && harmless(err) {
		return nil
	}
	return err
}

// appoint books, where there is time, has it paid, and plans what becomes of it.
func (p *past) appoint(ctx context.Context, w want) error {
	made, err := p.book(ctx, w)
	if err != nil {
		return unless(passing, err)
	}
	fated := p.deal()
	if made.Payment == nil {
		p.become(made.Meeting, fated)
		return nil
	}
	paid := p.clock.now.Add(time.Duration(2+p.rnd.IntN(15)) * time.Minute)
	p.at(paid, func(ctx context.Context) error {
		if p.rnd.IntN(4) == 0 { // the first card was refused
			if err := p.pay(ctx, made.Payment.ID, domain.PaymentFailed); err != nil {
				return unless(passing, err)
			}
		}
		if err := p.pay(ctx, made.Payment.ID, domain.PaymentDone); err != nil {
			return unless(passing, err)
		}
		p.become(made.Meeting, fated)
		return nil
	})
	return nil
}

// become plans what becomes of a meeting from now on.
func (p *past) become(m *ent.Meeting, fated fate) {
	booked, end := p.clock.now, earlier(m.Start, p.now)
	between := booked.Add(time.Duration(float64(end.Sub(booked)) * (0.1 + 0.8*p.rnd.Float64())))
	on := func(at time.Time, do func(context.Context, *ent.Meeting) error) {
		p.at(at, func(ctx context.Context) error {
			now, err := p.read(ctx, m.ID)
			if err == nil {
				err = do(ctx, now)
			}
			return unless(passing, err)
		})
	}
	switch fated {
	case kept:
	case missed:
		on(m.Start.Add(time.Duration(8+p.rnd.IntN(20))*time.Minute), p.noShow)
	case cancelled:
		on(between, p.cancel)
	case moved:
		on(between, func(ctx context.Context, m *ent.Meeting) error {
			from, last := m.Start.Truncate(day).AddDate(0, 0, 1), p.now.Truncate(day).AddDate(0, 0, History+1)
			if from.Add(2 * day).After(last) { // earlier, then
				from = p.clock.now.Add(day)
			}
			made, err := p.move(ctx, m, from, earlier(from.Add(4*day), last))
			if err == nil && p.rnd.IntN(3) == 0 { // and once more
				p.become(made, moved)
			}
			return err
		})
	}
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// visit submits the form, and books what it leads to.
func (p *past) visit(ctx context.Context) error {
	made, event, err := p.submit(ctx)
	if err != nil || event == nil {
		return err
	}
	from := p.clock.now.Truncate(day).AddDate(0, 0, 1)
	p.at(p.clock.now.Add(time.Duration(1+p.rnd.IntN(6))*time.Minute), func(ctx context.Context) error {
		return p.appoint(ctx, want{event: event, from: from, to: from.Add(5 * day), submission: &made.ID})
	})
	return nil
}

// sweep does what becomes due by time alone.
func (p *past) sweep(ctx context.Context) error {
	for {
		n, err := p.meetings.Sweep(ctx)
		if err != nil || n == 0 {
			return err
		}
	}
}

// count is how many meetings there are.
func (p *past) count(ctx context.Context) (int, error) {
	n, err := p.client.Meeting.Query().Count(p.as(ctx, maja))
	if err != nil {
		return 0, fmt.Errorf("counting meetings: %w", err)
	}
	return n, nil
}
