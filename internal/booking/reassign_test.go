package booking_test

import (
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/ent/agentslot"
	"slotcast/internal/booking"
	"slotcast/internal/domain"
)

func TestReassign(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		agents := f.agents(2)
		for i, kind := range []domain.MeetingType{domain.Solo, domain.Group, domain.RoundRobin} {
			et := f.hosted(kind, func(c *ent.EventTypeCreate) { c.SetBufferAfterMinutes(10) }, agents...)
			m := f.take(et, at(10+i, 0), "Eva").Meeting
			got := must(f.service.Reassign(f.ctx, booking.ReassignInput{
				MeetingID: m.ID, AgentID: agents[1].ID, Reason: "ill", By: booking.ActorInput{Type: domain.ActorSystem, Name: pointer("rota")},
			}))(f.t)
			f.stored(got)
			r := got.Reassignment
			if r == nil || r.Reason != "ill" || r.FromAgentID != agents[0].ID || r.Time.Before(epoch()) ||
				r.By != (domain.Actor{Type: domain.ActorSystem, Name: "rota"}) {
				f.t.Errorf("reassignment: %+v", r)
			}
			m.Reassignment, m.UpdatedAt, m.Edges.Agents = r, got.UpdatedAt, agents[1:]
			same(f.t, "the answer", got, m)
			if f.agent(got) != agents[1].ID || len(f.events()) != 2*i+1 {
				f.t.Errorf("agent %s, %d events", f.agent(got), len(f.events()))
			}
			slot := must(f.db.Client.AgentSlot.Query().Where(agentslot.MeetingID(m.ID)).Only(f.ctx))(f.t)
			if !slot.BusyUntil.Equal(got.End.Add(10 * time.Minute)) {
				f.t.Errorf("slot: %v", slot)
			}
			f.take(et, at(10+i, 5), "Bob") // the other one's time is free
		}
	})
}

func TestReassignRefuses(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		agents := f.agents(3)
		et := f.hosted(domain.RoundRobin, nil, agents[:2]...)
		m := f.take(et, at(10, 0), "Eva").Meeting
		other := f.take(et, at(10, 15), "Eva").Meeting
		hold := f.take(f.hosted(domain.Solo, priced, agents...), at(15, 0), "Eva").Meeting
		all := f.take(f.hosted(domain.Collective, nil, agents...), at(12, 0), "Eva").Meeting
		gone := f.take(et, at(16, 0), "Eva").Meeting
		from := f.agent(gone)
		must(f.cancel(gone))(f.t)
		to := agents[0].ID
		if from == to {
			to = agents[1].ID
		}
		bad := booking.ActorInput{Type: domain.ActorAttendee, ID: pointer("att_none")}
		for _, tt := range []struct {
			name, want string
			in         booking.ReassignInput
		}{
			{"busy", "SLOT_TAKEN agentId", booking.ReassignInput{MeetingID: m.ID, AgentID: agents[1].ID}},
			{"same", "CONFLICT", booking.ReassignInput{MeetingID: m.ID, AgentID: agents[0].ID}},
			{"no host", "NOT_FOUND agentId", booking.ReassignInput{MeetingID: m.ID, AgentID: agents[2].ID}},
			{"nobody", "NOT_FOUND agentId", booking.ReassignInput{MeetingID: m.ID}},
			{"no meeting", "NOT_FOUND meetingId", booking.ReassignInput{MeetingID: "mtg_none", AgentID: agents[1].ID}},
			{"collective", "CONFLICT", booking.ReassignInput{MeetingID: all.ID, AgentID: agents[1].ID}},
			{"held", "CONFLICT", booking.ReassignInput{MeetingID: hold.ID, AgentID: agents[1].ID}},
			{"cancelled", "CONFLICT", booking.ReassignInput{MeetingID: gone.ID, AgentID: to}},
			{"by a stranger", "BAD_USER_INPUT reassignedBy.id", booking.ReassignInput{MeetingID: m.ID, AgentID: agents[1].ID, By: bad}},
		} {
			f.t.Log(tt.name)
			f.keeps(tt.want, func() error {
				_, err := f.service.Reassign(f.ctx, tt.in)
				return err
			})
		}
		must(f.cancel(other))(f.t)
		f.clock.to(at(10, 30))
		f.keeps("CONFLICT", func() error { // it is over
			_, err := f.service.Reassign(f.ctx, booking.ReassignInput{MeetingID: m.ID, AgentID: agents[1].ID})
			return err
		})
	})
}

// A hold in the way that has run out is none.
func TestReassignOverExpiredHold(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		agents := f.agents(2)
		et := f.hosted(domain.RoundRobin, nil, agents...)
		m := f.take(et, at(10, 0), "Eva").Meeting
		hold := f.take(f.hosted(domain.Solo, priced, agents[1]), at(10, 0), "Bob")
		f.clock.forward(time.Hour)
		must(f.service.Reassign(f.ctx, booking.ReassignInput{MeetingID: m.ID, AgentID: agents[1].ID}))(f.t)
		f.stands(hold.Meeting, domain.Expired)
	})
}
