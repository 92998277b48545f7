package booking

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"entgo.io/ent/dialect/sql"

	"slotcast/ent"
	"slotcast/ent/agent"
	"slotcast/ent/agentslot"
	"slotcast/ent/attendee"
	"slotcast/ent/meeting"
	"slotcast/ent/payment"
	"slotcast/ent/predicate"
	entschedule "slotcast/ent/schedule"
	"slotcast/internal/domain"
	"slotcast/internal/schedule"
)

// calendar is when an agent works and is taken.
type calendar struct {
	agent *ent.Agent
	hours schedule.Hours
	busy  []schedule.Span // in order and apart, as the database sees to
}

// free leaves the starts, which are in order, whose meetings and buffers fall
// into free time.
func (c *calendar) free(q *search, starts []time.Time) []time.Time {
	before, after := minutes(q.et.BufferBeforeMinutes), minutes(q.length+q.et.BufferAfterMinutes)
	busy := c.busy
	return slices.DeleteFunc(starts, func(at time.Time) bool {
		from, until := at.Add(-before), at.Add(after)
		for len(busy) > 0 && !busy[0].Until.After(from) {
			busy = busy[1:]
		}
		return len(busy) > 0 && busy[0].From.Before(until)
	})
}

// working leaves the starts, which are in order, whose meetings the hours cover.
func (c *calendar) working(q *search, starts []time.Time) []time.Time {
	length := minutes(q.length)
	worked := c.hours.Spans(q.from, q.to.Add(length))
	return slices.DeleteFunc(starts, func(at time.Time) bool {
		until := at.Add(length)
		for len(worked) > 0 && worked[0].Until.Before(until) {
			worked = worked[1:]
		}
		return len(worked) == 0 || worked[0].From.After(at)
	})
}

// holds are times and seats that are held for payments which did not come in
// time, and so are free again. That they have run out may not be in the rows yet.
type holds struct {
	over  map[string]bool // meetings that are HELD for nobody any more
	seats map[string]int  // GROUP meeting → its seats that are held for nobody any more
}

func readHolds(ctx context.Context, c *ent.Client, now time.Time) (*holds, error) {
	h := &holds{over: map[string]bool{}, seats: map[string]int{}}
	late := payment.And(payment.HeldUntilLTE(now),
		payment.Or(payment.StatusEQ(domain.PaymentPending), payment.StatusEQ(domain.PaymentFailed)))
	ids, err := c.Payment.Query().
		Where(late, payment.HasMeetingWith(meeting.StatusEQ(domain.Held))).
		Select(payment.FieldMeetingID).Strings(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the holds that have run out: %w", err)
	}
	for _, id := range ids {
		h.over[id] = true
	}
	seat := attendee.And(attendee.StatusEQ(domain.AttendeeActive), attendee.HasPaymentWith(late))
	var counts []struct {
		MeetingID string `json:"meeting_id"`
		Count     int    `json:"count"`
	}
	err = c.Attendee.Query().
		Where(seat, attendee.HasMeetingWith(meeting.TypeEQ(domain.Group), liveMeeting())).
		GroupBy(attendee.FieldMeetingID).Aggregate(ent.Count()).Scan(ctx, &counts)
	if err != nil {
		return nil, fmt.Errorf("reading the seats whose hold has run out: %w", err)
	}
	for _, m := range counts {
		h.seats[m.MeetingID] = m.Count
	}
	held, err := c.Meeting.Query().
		Where(meeting.TypeEQ(domain.Group), meeting.StatusEQ(domain.Held), meeting.HasAttendeesWith(seat)).
		Select(meeting.FieldActiveAttendees).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the groups whose hold has run out: %w", err)
	}
	for _, m := range held {
		if h.seats[m.ID] >= m.ActiveAttendees {
			h.over[m.ID] = true
		}
	}
	return h, nil
}

func liveMeeting() predicate.Meeting {
	return meeting.Or(meeting.StatusEQ(domain.Held), meeting.StatusEQ(domain.Active))
}

// pool reads the agents of whom the event type's rule may choose, in id order:
// for SOLO the first only, as Book does.
func (q *search) pool(ctx context.Context, h *holds) ([]*calendar, error) {
	query := q.client.Agent.Query().Where(hosting(q.et.ID)).Order(agent.ByID())
	if q.et.Type == domain.Solo {
		query.Limit(1)
	}
	agents, err := query.All(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the agents of event type %s: %w", q.et.ID, err)
	}
	hours, err := readHours(ctx, q.client, agents)
	if err != nil {
		return nil, err
	}
	pool, byID, ids := make([]*calendar, len(agents)), make(map[string]*calendar, len(agents)), make([]string, len(agents))
	for i, a := range agents {
		pool[i] = &calendar{agent: a, hours: hours[i]}
		byID[a.ID], ids[i] = pool[i], a.ID
	}
	from := q.from.Add(-minutes(q.et.BufferBeforeMinutes))
	until := q.to.Add(minutes(q.length + q.et.BufferAfterMinutes))
	slots, err := q.client.AgentSlot.Query().
		Where(agentslot.AgentIDIn(ids...), agentslot.Live(true),
			agentslot.BusyFromGT(from.Add(-maxBusy)), agentslot.BusyFromLT(until), agentslot.BusyUntilGT(from)).
		Order(agentslot.ByBusyFrom()).
		Select(agentslot.FieldAgentID, agentslot.FieldMeetingID, agentslot.FieldBusyFrom, agentslot.FieldBusyUntil).
		All(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the agents' slots: %w", err)
	}
	for _, s := range slots {
		if c := byID[s.AgentID]; !h.over[s.MeetingID] {
			c.busy = append(c.busy, schedule.Span{From: s.BusyFrom, Until: s.BusyUntil})
		}
	}
	return pool, nil
}

// begun returns the event type's GROUP meetings as slots: whoever books one more
// seat joins the meeting, with its agent, whatever the hours are now. Seats are
// those left, maybe none.
func (q *search) begun(ctx context.Context, h *holds) ([]*Slot, error) {
	these := meeting.And(meeting.EventTypeID(q.et.ID), meeting.TypeEQ(domain.Group), liveMeeting(),
		meeting.StartGTE(q.from), meeting.StartLT(q.to))
	meetings, err := q.client.Meeting.Query().Where(these).
		Select(meeting.FieldStart, meeting.FieldDurationMinutes, meeting.FieldMaxAttendees, meeting.FieldActiveAttendees).
		All(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the groups of event type %s: %w", q.et.ID, err)
	}
	taken, err := q.client.AgentSlot.Query().Where(agentslot.Live(true), agentslot.HasMeetingWith(these),
		agentslot.HasAgentWith(agent.StatusNEQ(domain.AgentDeactivated))).
		Order(agentslot.ByAgentID()).Select(agentslot.FieldAgentID, agentslot.FieldMeetingID).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the agents of the groups: %w", err)
	}
	hosts := make(map[string][]string, len(taken))
	for _, s := range taken {
		hosts[s.MeetingID] = append(hosts[s.MeetingID], s.AgentID)
	}
	var slots []*Slot
	for _, m := range meetings {
		if h.over[m.ID] {
			continue
		}
		start, free := m.Start.In(q.zone), m.MaxAttendees-m.ActiveAttendees+h.seats[m.ID]
		if len(hosts[m.ID]) == 0 { // the agent was deactivated
			free = 0
		}
		slots = append(slots, &Slot{
			Start: start, End: start.Add(minutes(m.DurationMinutes)), DurationMinutes: m.DurationMinutes,
			Seats: free, AgentIds: hosts[m.ID],
		})
	}
	return slots, nil
}

// withHours has agents read with their hours, for readHours to find.
func withHours(s *sql.Selector) {
	t := sql.Table(entschedule.Table)
	s.LeftJoin(t).On(s.C(agent.FieldID), t.C(entschedule.FieldAgentID))
	for _, name := range []string{entschedule.FieldWeeklyHours, entschedule.FieldDateOverrides} {
		s.AppendSelectExprAs(sql.Expr("COALESCE(CAST("+t.C(name)+" AS TEXT), '')"), name) // '': no schedule
	}
}

// readHours returns the agents' hours, in their order.
func readHours(ctx context.Context, c *ent.Client, agents []*ent.Agent) ([]schedule.Hours, error) {
	rows, err := readSchedules(ctx, c, agents)
	if err != nil {
		return nil, err
	}
	hours := make([]schedule.Hours, len(agents))
	for i, a := range agents {
		zone, err := time.LoadLocation(a.TimeZone)
		if err != nil {
			return nil, fmt.Errorf("the time zone of agent %s: %w", a.ID, err)
		}
		hours[i] = schedule.Always(zone)
		if row := rows[a.ID]; row != nil {
			hours[i] = schedule.Hours{Weekly: row.WeeklyHours, Overrides: row.DateOverrides, Zone: zone}
		}
	}
	return hours, nil
}

// readSchedules returns the schedules by agent: those that came with the agents,
// or else in one query.
func readSchedules(ctx context.Context, c *ent.Client, agents []*ent.Agent) (map[string]*ent.Schedule, error) {
	byAgent := make(map[string]*ent.Schedule, len(agents))
	if came, err := cameAlong(agents, byAgent); came || err != nil {
		return byAgent, err
	}
	ids := make([]string, len(agents))
	for i, a := range agents {
		ids[i] = a.ID
	}
	rows, err := c.Schedule.Query().Where(entschedule.AgentIDIn(ids...)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the agents' hours: %w", err)
	}
	for _, row := range rows {
		byAgent[row.AgentID] = row
	}
	return byAgent, nil
}

// cameAlong fills in the schedules that withHours has read with the agents, and
// reports whether it has.
func cameAlong(agents []*ent.Agent, byAgent map[string]*ent.Schedule) (bool, error) {
	for _, a := range agents {
		weekly, without := a.Value(entschedule.FieldWeeklyHours)
		overrides, _ := a.Value(entschedule.FieldDateOverrides)
		if without != nil {
			return false, nil //nolint:nilerr // it says that the column was not read
		}
		if weekly == "" {
			continue
		}
		row := &ent.Schedule{}
		err := errors.Join(json.Unmarshal([]byte(weekly.(string)), &row.WeeklyHours), json.Unmarshal([]byte(overrides.(string)), &row.DateOverrides))
		if err != nil {
			return false, fmt.Errorf("decoding the hours of agent %s: %w", a.ID, err)
		}
		byAgent[a.ID] = row
	}
	return true, nil
}
