package booking_test

import (
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/internal/booking"
	"slotcast/internal/domain"
)

// The agent with the fewest meetings is next, then the one who has waited
// longest, then the first by id; a cancellation gives the turn back.
func TestRoundRobinTurns(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		agents := f.agents(3)
		et := f.hosted(domain.RoundRobin, nil, agents...)
		var made []*ent.Meeting
		for i, want := range []int{0, 1, 2, 0} {
			m := f.take(et, at(8+i, 0), "Eva", "Bob").Meeting
			made = append(made, m)
			if len(m.Edges.Agents) != 1 || m.Edges.Agents[0].ID != agents[want].ID {
				f.t.Errorf("meeting %d is with %v, want %v", i, m.Edges.Agents, agents[want])
			}
			f.stored(m)
		}
		f.told(made[0].ID, "BOOKED all: ACTIVE Eva Bob")
		must(f.cancel(made[1]))(f.t)
		for i, want := range []int{1, 2, 1, 0} {
			if m := f.take(et, at(14+i, 0), "Eva").Meeting; m.Edges.Agents[0].ID != agents[want].ID {
				f.t.Errorf("later meeting %d is with %v, want %v", i, m.Edges.Agents, agents[want])
			}
		}
	})
}

func TestRoundRobinAgents(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		agents := f.agents(3)
		et := f.hosted(domain.RoundRobin, nil, agents[:2]...)
		try := func(wanted ...string) (*booking.Booking, error) {
			in := ask(et, at(10, 0), "Eva")
			in.AgentIDs = wanted
			return f.service.Book(f.ctx, in)
		}
		for want, ids := range map[string][]string{
			"BAD_USER_INPUT agentIds": {agents[0].ID, agents[1].ID}, "NOT_FOUND agentIds.0": {agents[2].ID},
		} {
			f.keeps(want, func() error {
				_, err := try(ids...)
				return err
			})
		}
		if b, err := try(agents[1].ID); err != nil || b.Meeting.Edges.Agents[0].ID != agents[1].ID {
			f.t.Errorf("%v, %v", b, err)
		}
		f.keeps("SLOT_TAKEN start", func() error {
			_, err := try(agents[1].ID)
			return err
		})
		if b, err := try(); err != nil || b.Meeting.Edges.Agents[0].ID != agents[0].ID {
			f.t.Errorf("%v, %v", b, err)
		}
		f.keeps("SLOT_TAKEN start", func() error {
			_, err := try()
			return err
		})
	})
}

func TestCollective(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		agents := f.agents(3)
		et := f.hosted(domain.Collective, nil, agents[2], agents[0], agents[1])
		alone := f.hosted(domain.Solo, nil, agents[1])
		for want, ids := range map[string][]string{
			"BAD_USER_INPUT agentIds": {agents[0].ID, agents[1].ID}, "NOT_FOUND agentIds.1": {agents[0].ID, f.ada.ID},
		} {
			in := ask(et, at(10, 0), "Eva")
			in.AgentIDs = ids
			f.keeps(want, func() error {
				_, err := f.service.Book(f.ctx, in)
				return err
			})
		}
		in := ask(et, at(10, 0), "Eva", "Bob")
		in.AgentIDs = []string{agents[1].ID, agents[2].ID, agents[0].ID}
		m := must(f.service.Book(f.ctx, in))(f.t).Meeting
		f.stored(m)
		f.told(m.ID, "BOOKED all: ACTIVE Eva Bob")
		for i, a := range m.Edges.Agents {
			if len(m.Edges.Agents) != 3 || a.ID != agents[i].ID {
				f.t.Errorf("agents: %v", m.Edges.Agents)
			}
		}
		busy := f.take(alone, at(11, 0), "Eva").Meeting
		for _, et := range []*ent.EventType{et, alone} {
			for _, start := range []time.Time{at(10, 15), at(10, 45)} {
				if et == alone && start.Equal(at(10, 45)) {
					continue
				}
				f.keeps("SLOT_TAKEN start", func() error {
					_, err := f.service.Book(f.ctx, ask(et, start, "Eva"))
					return err
				})
			}
		}
		// all or none moves; its own time is not in its way
		f.keeps("SLOT_TAKEN start", func() error {
			_, err := f.reschedule(m, at(10, 45))
			return err
		})
		made := must(f.reschedule(m, at(10, 15)))(f.t)
		f.stored(made)
		if len(made.Edges.Agents) != 3 {
			f.t.Errorf("agents: %v", made.Edges.Agents)
		}
		f.told(made.ID, "RESCHEDULED all: ACTIVE Eva Bob")
		f.stands(busy, domain.Active)
		f.keeps("CONFLICT", func() error {
			_, err := f.service.CancelAttendee(f.ctx, booking.CancelAttendeeInput{AttendeeID: made.Edges.Attendees[0].ID})
			return err
		})
	})
}

// Each type books over a hold that has run out and that nobody has swept.
func TestBookOverExpiredHold(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		agents := f.agents(2)
		shared := f.hosted(domain.Collective, priced, agents...)
		for i, kind := range []domain.MeetingType{domain.Solo, domain.Group, domain.RoundRobin, domain.Collective} {
			et := f.hosted(kind, priced, agents...)
			in := ask(et, at(10+i, 10), "Bob")
			if kind == domain.Solo {
				in.AgentIDs = []string{agents[1].ID}
			}
			hold := f.take(shared, at(10+i, 0), "Eva")
			f.keeps("SLOT_TAKEN start", func() error {
				_, err := f.service.Book(f.ctx, in)
				return err
			})
			f.clock.to(*hold.Payment.HeldUntil)
			fresh := must(f.service.Book(f.ctx, in))(f.t)
			f.stands(hold.Meeting, domain.Expired)
			f.owes(hold.Payment, domain.PaymentExpired)
			f.stored(fresh.Meeting)
			f.told(hold.Meeting.ID)
			f.told(fresh.Meeting.ID)
		}
	})
}
