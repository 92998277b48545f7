package booking_test

import (
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/ent/payment"
	"slotcast/internal/apperr"
	"slotcast/internal/booking"
	"slotcast/internal/domain"
)

// tempest is a storm of different commands on the same things: event types of all
// kinds, free and priced, that share their agents and their few starts.
type tempest struct {
	*fixture
	agents []*ent.Agent
	types  []*ent.EventType

	mu       sync.Mutex
	meetings []*ent.Meeting
	payments []*ent.Payment
}

func newTempest(f *fixture, prices ...func(*ent.EventTypeCreate)) *tempest {
	f.clock.step *= 100 // so that seats made together differ from the next ones
	s := &tempest{fixture: f, agents: f.agents(4)}
	for _, kind := range []domain.MeetingType{domain.Solo, domain.Group, domain.RoundRobin, domain.Collective} {
		for i, price := range prices {
			team := append([]*ent.Agent{s.agents[i]}, s.agents[2:]...)
			s.types = append(s.types, f.hosted(kind, price, team...))
		}
	}
	s.note(&booking.Booking{Meeting: f.take(f.call, at(9, 0), "Eva").Meeting})
	s.note(f.take(s.types[0], at(6, 0), "Eva"))
	return s
}

func (s *tempest) note(b *booking.Booking) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.meetings = append(s.meetings, b.Meeting)
	if b.Payment != nil {
		s.payments = append(s.payments, b.Payment)
	}
}

// one of the last few, so that many commands meet.
func oneOf[T any](s *tempest, all *[]T) T {
	s.mu.Lock()
	defer s.mu.Unlock()
	return (*all)[len(*all)-1-rand.IntN(min(len(*all), 12))]
}

func (s *tempest) start() time.Time { return at(8, 10*rand.IntN(30)) }

func (s *tempest) book() error {
	et := s.types[rand.IntN(len(s.types))]
	names := []string{"Eva", "Bob"}
	if et.Type == domain.Solo {
		names = names[:1]
	}
	b, err := s.service.Book(s.ctx, ask(et, s.start(), names[:1+rand.IntN(len(names))]...))
	if err == nil {
		s.note(b)
	}
	return err
}

func (s *tempest) pay() error {
	p := oneOf(s, &s.payments)
	status := []domain.PaymentStatus{domain.PaymentDone, domain.PaymentDone, domain.PaymentFailed, domain.PaymentRefunded}[rand.IntN(4)]
	_, err := s.service.RecordPayment(s.ctx, says(p, status, "pi_"+p.ID))
	return err
}

func (s *tempest) sweep() error {
	s.clock.forward(10 * time.Second)
	_, err := s.service.Sweep(s.t.Context())
	return err
}

func (s *tempest) cancel() error {
	_, err := s.fixture.cancel(oneOf(s, &s.meetings))
	return err
}

func (s *tempest) leave() error {
	return insist(func() error {
		seats := oneOf(s, &s.meetings).Edges.Attendees
		return s.fixture.leave(seats[rand.IntN(len(seats))])
	})
}

// insist repeats a command that seldom finds what it needs, and stops at success
// or at what must never be.
func insist(command func() error) (err error) {
	for range 10 {
		if err = command(); err == nil || apperr.CodeOf(err) == apperr.Internal {
			break
		}
	}
	return err
}

func (s *tempest) reschedule() error {
	return insist(func() error {
		m, err := s.fixture.reschedule(oneOf(s, &s.meetings), s.start())
		if err == nil {
			s.note(&booking.Booking{Meeting: m})
		}
		return err
	})
}

func (s *tempest) reassign() error {
	return insist(func() error {
		_, err := s.service.Reassign(s.ctx, booking.ReassignInput{
			MeetingID: oneOf(s, &s.meetings).ID, AgentID: s.agents[rand.IntN(len(s.agents))].ID,
		})
		return err
	})
}

// rage runs the commands from all clients, and then out of all holds.
func (s *tempest) rage(commands ...func() error) {
	codes := make([]map[apperr.Code]int, len(commands))
	for i := range codes {
		codes[i] = map[apperr.Code]int{}
	}
	storm(s.t, func(int) error {
		k := rand.IntN(len(commands))
		err := commands[k]()
		s.mu.Lock()
		defer s.mu.Unlock()
		codes[k][apperr.CodeOf(err)]++
		return err
	})
	s.t.Logf("what came of each command: %v", codes)
	for k, n := range codes {
		if n[""] == 0 {
			s.t.Errorf("command %d never did anything: %v", k, n)
		}
	}
	s.sound()
	s.clock.forward(time.Hour)
	s.fixture.sweep()
	if n := must(s.db.Client.Payment.Query().Where(payment.StatusIn(domain.PaymentPending, domain.PaymentFailed)).Count(s.ctx))(s.t); n > 0 {
		s.t.Errorf("%d payments still hold something", n)
	}
	s.undisturbed()
}

func brief(c *ent.EventTypeCreate) {
	priced(c)
	c.SetHoldMinutes(1)
}

// Payments, the end of holds, cancellations and other bookings at once.
func TestPaymentStorm(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		s := newTempest(f, brief)
		s.rage(s.book, s.book, s.pay, s.pay, s.pay, s.sweep, s.cancel)
	})
}

// Everything at once.
func TestMixedStorm(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		s := newTempest(f, brief, nil)
		s.rage(s.book, s.book, s.book, s.pay, s.pay, s.sweep, s.cancel, s.leave, s.reschedule, s.reassign)
	})
}
