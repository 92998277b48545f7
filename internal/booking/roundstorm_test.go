package booking_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"slotcast/ent"
	"slotcast/ent/host"
	"slotcast/internal/apperr"
	"slotcast/internal/booking"
	"slotcast/internal/catalog"
	"slotcast/internal/domain"
)

// outcome checks how many calls have booked, and that the others found it taken.
func outcome(t *testing.T, codes map[apperr.Code]int, booked int) {
	t.Helper()
	if codes[""] != booked || codes[""]+codes[apperr.SlotTaken] != clients*calls {
		t.Errorf("codes: %v, want %d bookings", codes, booked)
	}
}

// turns are how many meetings of an event type each agent was given.
func (f *fixture) turns(et *ent.EventType) map[int]int {
	f.t.Helper()
	n := map[int]int{}
	for _, h := range must(f.db.Client.Host.Query().Where(host.EventTypeID(et.ID)).All(f.ctx))(f.t) {
		n[h.Assigned]++
	}
	return n
}

func TestSoloStorm(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		codes := storm(f.t, func(i int) error { // half-hour calls that begin every five minutes
			_, err := f.service.Book(f.ctx, f.input(at(9, i%60*5)))
			return err
		})
		outcome(f.t, codes, codes[""])
		if codes[""] < 5 || codes[""] > 11 { // in 325 minutes
			f.t.Errorf("codes: %v", codes)
		}
		f.undisturbed()
	})
}

// One slot of eight agents is booked eight times; over ten slots each has ten.
func TestRoundRobinStorm(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		agents := f.agents(8)
		one, ten := f.hosted(domain.RoundRobin, nil, agents...), f.hosted(domain.RoundRobin, nil, agents...)
		outcome(f.t, storm(f.t, func(int) error {
			_, err := f.service.Book(f.ctx, ask(one, at(8, 0), "Eva"))
			return err
		}), 8)
		codes := together(f.t, 120, func(i int) error {
			_, err := f.service.Book(f.ctx, ask(ten, at(10+i%10, 0), "Eva"))
			return err
		})
		if f.turns(one)[1] != 8 || f.turns(ten)[10] != 8 || codes[""] != 80 || codes[apperr.SlotTaken] != 40 {
			f.t.Errorf("turns: %v, %v", f.turns(one), f.turns(ten))
		}
		f.undisturbed()
	})
}

// Four bookings in each of ten slots, in any order: each of eight agents has
// five, as long as the one whose turn it is is free.
func TestRoundRobinIsFair(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		et := f.hosted(domain.RoundRobin, nil, f.agents(8)...)
		slots := rand.Perm(40)
		codes := together(f.t, len(slots), func(i int) error {
			_, err := f.service.Book(f.ctx, ask(et, at(8+slots[i]%10, 0), "Eva"))
			return err
		})
		if turns := f.turns(et); codes[""] != 40 || turns[4]+turns[5]+turns[6] != 8 || turns[4] != turns[6] || turns[5] < 4 {
			f.t.Errorf("codes: %v, turns: %v", codes, turns)
		}
	})
}

// Event types with overlapping sets of agents, named in any order.
func TestCollectiveStorm(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		agents := f.agents(6)
		types, teams := make([]*ent.EventType, 6), make([][]string, 6)
		for i := range types {
			team := []*ent.Agent{agents[i], agents[(i+1)%6], agents[(i+3)%6]}
			types[i] = f.hosted(domain.Collective, nil, team...)
			for _, a := range team {
				teams[i] = append(teams[i], a.ID)
			}
		}
		codes := storm(f.t, func(i int) error {
			in := ask(types[i%6], at(8, i/6%40*10), "Eva")
			for _, k := range rand.Perm(3) {
				in.AgentIDs = append(in.AgentIDs, teams[i%6][k])
			}
			_, err := f.service.Book(f.ctx, in)
			return err
		})
		outcome(f.t, codes, codes[""])
		slots := must(f.db.Client.AgentSlot.Query().Count(f.ctx))(f.t)
		if codes[""] < 5 || slots != 3*codes[""] {
			f.t.Errorf("codes: %v, %d slots", codes, slots)
		}
		f.undisturbed()
	})
}

// A group of 25 takes 25, whoever comes alone, in pairs or in threes.
func TestGroupStorm(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		f.clock.step *= 100 // so that seats made together differ from the next ones
		et := f.hosted(domain.Group, func(c *ent.EventTypeCreate) { c.SetMaxAttendees(25) }, f.ada, f.ben)
		outcome(f.t, storm(f.t, func(int) error {
			_, err := f.service.Book(f.ctx, ask(et, at(10, 0), "Eva"))
			return err
		}), 25)
		together(f.t, 120, func(i int) error {
			names := []string{"Eva", "Bob", "Cid"}
			_, err := f.service.Book(f.ctx, ask(et, at(11, 0), names[:1+i%3]...))
			return err
		})
		for _, m := range must(f.db.Client.Meeting.Query().All(f.ctx))(f.t) {
			if m.ActiveAttendees != 25 || m.Sequence != 25 {
				f.t.Errorf("meeting: %v", m)
			}
		}
		if n := len(f.events()); n != 50 {
			f.t.Errorf("%d events", n)
		}
		f.undisturbed()
	})
}

func TestRescheduleStorm(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		m := f.take(f.hosted(domain.RoundRobin, nil, f.agents(3)...), at(8, 0), "Eva").Meeting
		codes := together(f.t, 600, func(i int) error {
			_, err := f.reschedule(m, at(9, i))
			return err
		})
		if codes[""] != 1 || codes[apperr.Conflict] != 599 {
			f.t.Errorf("codes: %v", codes)
		}
		if n := len(f.events()); n != 2 {
			f.t.Errorf("%d events", n)
		}
		f.undisturbed()
	})
}

// A hundred equal calls have one effect and a hundred equal answers; others with
// the same key are refused, whoever is first.
func TestIdempotencyStorm(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		et := f.hosted(domain.Group, priced, f.ada, f.ben)
		book := ask(et, at(10, 0), "Eva", "Bob")
		book.IdempotencyKey, book.Tracking = pointer("book"), map[string]any{"n": 1}
		made := alike(f.t, func(i int) (any, error) { return f.service.Book(f.ctx, book) })
		f.pay(must(f.db.Client.Payment.Query().Only(f.ctx))(f.t))
		move := booking.RescheduleInput{MeetingID: must(f.db.Client.Meeting.Query().OnlyID(f.ctx))(f.t), Start: at(12, 0), IdempotencyKey: pointer("move")}
		moved := alike(f.t, func(i int) (any, error) {
			next, previous, err := f.service.Reschedule(f.ctx, move)
			return []*ent.Meeting{next, previous}, err
		})
		if n := must(f.db.Client.Meeting.Query().Count(f.ctx))(f.t); n != 2 || len(f.events()) != 3 || made == moved {
			f.t.Errorf("%d meetings, %d events", n, len(f.events()))
		}
		other := f.input(at(15, 0))
		codes := together(f.t, 50, func(i int) error {
			in := other
			in.IdempotencyKey, in.Notes = pointer("other"), []string{fmt.Sprint(i % 5)}
			_, err := f.service.Book(f.ctx, in)
			return err
		})
		if codes[""] != 10 || codes[apperr.IdempotencyConflict] != 40 {
			f.t.Errorf("codes: %v", codes)
		}
		f.undisturbed()
	})
}

// The hosts of a ROUNDROBIN are exchanged while it is booked: whoever waited for
// those who have gone asks those who have come.
func TestHostsAreExchangedInAStorm(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		a := f.agents(4)
		et := f.hosted(domain.RoundRobin, func(c *ent.EventTypeCreate) { c.SetSlug("in-turns") }, a[0], a[1])
		teams := [][]string{{a[2].ID, a[3].ID}, {a[0].ID, a[1].ID}}
		events := catalog.New(f.db.Client)
		codes := together(f.t, 12, func(client int) error {
			for call := range 20 {
				var err error
				if client == 0 {
					_, err = events.Update(f.ctx, et.ID, catalog.Changes{AgentIDs: teams[call%2]})
				} else {
					_, err = f.service.Book(f.ctx, ask(et, at(8, (client*20+call)%40*15), "Eva"))
				}
				if code := apperr.CodeOf(err); code != "" && code != apperr.SlotTaken {
					return err
				}
			}
			return nil
		})
		if codes[""] != 12 {
			f.t.Errorf("codes: %v", codes)
		}
	})
}
