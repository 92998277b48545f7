package booking_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"slotcast/ent"
	"slotcast/ent/agentslot"
	"slotcast/ent/attendee"
	"slotcast/ent/meeting"
	"slotcast/internal/booking"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
)

// naive answers like Availability, one minute after the other from all the rows
// there are. Its agents live by UTC.
type naive struct {
	*stage
	et    *ent.EventType
	pool  []*ent.Agent
	hours map[string][][2]int // agent → windows of every day, in minutes
	slots []*ent.AgentSlot    // with their meetings, payments and seats
	step  time.Duration
}

func (n *naive) read() {
	n.slots = must(n.db.Client.AgentSlot.Query().Where(agentslot.AppID(n.app)).
		WithMeeting(func(q *ent.MeetingQuery) {
			q.WithPayment().WithAttendees(func(q *ent.AttendeeQuery) { q.Where(attendee.StatusEQ(domain.AttendeeActive)).WithPayment() })
		}).All(n.system))(n.t)
}

func late(p *ent.Payment) bool {
	return p != nil && (p.Status == domain.PaymentPending || p.Status == domain.PaymentFailed) && !p.HeldUntil.After(epoch())
}

// over reports whether the meeting takes no time, or no longer.
func over(m *ent.Meeting) bool {
	if m.Status != domain.Held || m.Type != domain.Group {
		return m.Status != domain.Active && (m.Status != domain.Held || late(m.Edges.Payment))
	}
	return !slices.ContainsFunc(m.Edges.Attendees, func(a *ent.Attendee) bool { return !late(a.Edges.Payment) })
}

func (n *naive) works(a *ent.Agent, at time.Time) (offered, worked bool) {
	minute := at.Hour()*60 + at.Minute()
	windows, some := n.hours[a.ID]
	if !some {
		windows = [][2]int{{0, 24 * 60}}
	}
	for _, w := range windows {
		if w[0] <= minute && minute < w[1] {
			worked = true
			offered = offered || (minute-w[0])%int(n.step/time.Minute) == 0
		}
	}
	return offered, worked
}

// can reports whether the agent can take a meeting, and whether it would be on
// the agent's own grid.
func (n *naive) can(a *ent.Agent, at time.Time, length time.Duration) (offered, able bool) {
	offered, able = n.works(a, at)
	for t := at; t.Before(at.Add(length)) && able; t = t.Add(time.Minute) {
		_, able = n.works(a, t)
	}
	from := at.Add(-time.Duration(n.et.BufferBeforeMinutes) * time.Minute)
	until := at.Add(length + time.Duration(n.et.BufferAfterMinutes)*time.Minute)
	for _, s := range n.slots {
		if s.AgentID == a.ID && !over(s.Edges.Meeting) && s.BusyFrom.Before(until) && from.Before(s.BusyUntil) {
			able = false
		}
	}
	return offered, able
}

// begun is the group at that start.
func (n *naive) begun(at time.Time) *ent.AgentSlot {
	for _, s := range n.slots {
		if m := s.Edges.Meeting; m.EventTypeID == n.et.ID && m.Type == domain.Group && m.Start.Equal(at) && !over(m) {
			return s
		}
	}
	return nil
}

func (n *naive) slot(at time.Time, length time.Duration) *booking.Slot {
	slot := &booking.Slot{
		Start: at, End: at.Add(length), DurationMinutes: int(length / time.Minute), Seats: n.et.MaxAttendees, AgentIds: []string{},
	}
	if s := n.begun(at); s != nil {
		m := s.Edges.Meeting
		taken := 0
		for _, seat := range m.Edges.Attendees {
			if !late(seat.Edges.Payment) {
				taken++
			}
		}
		slot.Seats, slot.AgentIds = m.MaxAttendees-taken, []string{s.AgentID}
		if m.DurationMinutes != slot.DurationMinutes || slot.Seats == 0 {
			return nil
		}
		return slot
	}
	for i, a := range n.pool {
		offered, able := n.can(a, at, length)
		if n.et.Type == domain.Collective {
			if !able || i == 0 && !offered {
				return nil
			}
			slot.AgentIds = append(slot.AgentIds, a.ID)
		} else if able && offered && (i == 0 || n.et.Type != domain.Solo) {
			slot.AgentIds = append(slot.AgentIds, a.ID)
		}
	}
	if len(slot.AgentIds) == 0 {
		return nil
	}
	return slot
}

// answer tries every minute.
func (n *naive) answer(from, to time.Time, length time.Duration) []*booking.Slot {
	slots := []*booking.Slot{}
	for at := from.Truncate(time.Minute); at.Before(to); at = at.Add(time.Minute) {
		notice := epoch().Add(time.Duration(n.et.MinimumNoticeMinutes) * time.Minute)
		if at.Before(from) || !at.After(epoch()) || at.Before(notice) || at.After(epoch().AddDate(0, 0, n.et.HorizonDays)) {
			continue
		}
		if slot := n.slot(at, length); slot != nil {
			slots = append(slots, slot)
		}
	}
	return slots
}

// draw makes the hosts, an event type of each kind and meetings of all of them.
func draw(t *rapid.T, s *stage) (n *naive, kinds []*ent.EventType) {
	n = &naive{stage: s, hours: map[string][][2]int{}, pool: []*ent.Agent{s.ben}} // Ben works around the clock
	for range rapid.IntRange(0, 2).Draw(t, "more agents") {
		var windows []string
		var own [][2]int
		start := 0
		for range rapid.IntRange(1, 3).Draw(t, "windows") {
			w := [2]int{start + rapid.IntRange(0, 8).Draw(t, "pause")*45, 0}
			w[1] = min(w[0]+rapid.IntRange(1, 12).Draw(t, "work")*45, 24*60)
			if w[0] < w[1] {
				own, windows = append(own, w), append(windows, clockTime(w[0])+"-"+clockTime(w[1]))
			}
			start = w[1]
		}
		a := s.agent("UTC", windows...)
		n.hours[a.ID], n.pool = own, append(n.pool, a)
	}
	for _, of := range domain.MeetingType("").Values() {
		seats := rapid.IntRange(1, 4).Draw(t, "seats")
		if of == string(domain.Solo) {
			seats = 1
		}
		kinds = append(kinds, s.kind(domain.MeetingType(of), seats, func(c *ent.EventTypeCreate) {
			c.SetDurationMinutes(rapid.SampledFrom([]int{15, 60, 100}).Draw(t, "duration")).SetDurations([]int{15, 60, 100, 1000})
			c.SetBufferBeforeMinutes(rapid.SampledFrom([]int{0, 0, 10, 600}).Draw(t, "before"))
			c.SetBufferAfterMinutes(rapid.SampledFrom([]int{0, 0, 5, 1440}).Draw(t, "after"))
			c.SetMinimumNoticeMinutes(rapid.SampledFrom([]int{0, 45, 900}).Draw(t, "notice")).SetHorizonDays(rapid.IntRange(1, 3).Draw(t, "horizon"))
			if rapid.Bool().Draw(t, "own interval") {
				c.SetSlotIntervalMinutes(rapid.SampledFrom([]int{7, 20, 45, 300}).Draw(t, "interval"))
			}
		}, n.pool...))
	}
	for range rapid.IntRange(0, 12).Draw(t, "meetings") {
		n.happen(t, rapid.SampledFrom(kinds).Draw(t, "kind"))
	}
	return n, kinds
}

func clockTime(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }

// happen makes a meeting where there is room for it.
func (n *naive) happen(t *rapid.T, et *ent.EventType) {
	agent := rapid.SampledFrom(n.pool).Draw(t, "agent")
	start := epoch().Add(time.Duration(rapid.IntRange(-20, 250).Draw(t, "start")) * 15 * time.Minute)
	status := rapid.SampledFrom([]domain.MeetingStatus{domain.Held, domain.Active, domain.Held, domain.Active, domain.Cancelled}).Draw(t, "status")
	seats := rapid.IntRange(1, et.MaxAttendees).Draw(t, "taken")
	if status != domain.Cancelled {
		busy := must(n.db.Client.AgentSlot.Query().Where(agentslot.AgentID(agent.ID), agentslot.Live(true),
			agentslot.BusyFromLT(start.Add(time.Duration(et.DurationMinutes+et.BufferAfterMinutes)*time.Minute)),
			agentslot.BusyUntilGT(start.Add(-time.Duration(et.BufferBeforeMinutes)*time.Minute))).Exist(n.system))(n.t)
		same := must(n.db.Client.Meeting.Query().Where(meeting.EventTypeID(et.ID), meeting.Start(start),
			meeting.StatusNEQ(domain.Cancelled)).Exist(n.system))(n.t)
		if busy || same {
			return
		}
	}
	m := n.meeting(et, agent, start, status, seats)
	pay := func(seats int) {
		n.payment(m, rapid.SampledFrom([]domain.PaymentStatus{domain.PaymentPending, domain.PaymentFailed, domain.PaymentDone}).Draw(t, "payment"),
			epoch().Add(time.Duration(rapid.IntRange(-1, 1).Draw(t, "until"))*time.Microsecond), seats)
	}
	if et.Type != domain.Group {
		if rapid.IntRange(0, 3).Draw(t, "priced") > 0 {
			pay(0)
		}
		return
	}
	for range seats {
		if rapid.IntRange(0, 3).Draw(t, "priced") > 0 {
			pay(1)
		} else {
			n.seat(m, domain.AttendeeActive, nil)
		}
	}
}

func TestAvailabilityByOracle(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		rapid.Check(t, func(rt *rapid.T) {
			n, kinds := draw(rt, newStage(t, db))
			n.read()
			for _, n.et = range kinds {
				length := rapid.SampledFrom([]int{n.et.DurationMinutes, 15, 60, 1000}).Draw(rt, "asked")
				n.step = time.Duration(length) * time.Minute
				if own := n.et.SlotIntervalMinutes; own != nil {
					n.step = time.Duration(*own) * time.Minute
				}
				from := epoch().Add(time.Duration(rapid.IntRange(-2000, 3000).Draw(rt, "from")) * 30 * time.Second)
				to := from.Add(time.Duration(rapid.IntRange(1, 2000).Draw(rt, "length")) * 30 * time.Second)
				want := n.answer(from, to, time.Duration(length)*time.Minute)
				got := n.available(booking.AvailabilityInput{EventTypeID: n.et.ID, From: from, To: to, DurationMinutes: &length})
				if diff := cmp.Diff(want, got); diff != "" {
					rt.Fatalf("%s of %d minutes from %v to %v (-want +got):\n%s", n.et.Type, length, from, to, diff)
				}
			}
		})
	})
}
