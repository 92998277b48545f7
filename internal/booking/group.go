package booking

import (
	"context"
	"fmt"
	"slices"
	"time"

	"slotcast/ent"
	"slotcast/ent/agent"
	"slotcast/ent/agentslot"
	"slotcast/ent/meeting"
	"slotcast/ent/predicate"
	"slotcast/internal/apperr"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/input"
	"slotcast/internal/typeid"
)

// liveGroup selects the group of an event type at a start, if there is one.
func liveGroup(eventTypeID string, start time.Time) predicate.Meeting {
	return meeting.And(
		meeting.EventTypeID(eventTypeID), meeting.Start(start), meeting.TypeEQ(domain.Group), meeting.StatusIn(seatsChange.from...),
	)
}

// hostOf selects the agent of the group of an event type at a start.
func hostOf(eventTypeID string, start time.Time) predicate.Agent {
	return agent.HasAgentSlotsWith(agentslot.HasMeetingWith(liveGroup(eventTypeID, start)))
}

// atStartOf selects the agent of whatever group there is at the start of a group.
func atStartOf(ctx context.Context, tx *ent.Tx, meetingID string) ([]predicate.Agent, error) {
	m, err := tx.Meeting.Query().Where(meeting.ID(meetingID)).
		Select(meeting.FieldEventTypeID, meeting.FieldStart).Only(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading meeting %s: %w", meetingID, err)
	}
	return []predicate.Agent{hostOf(m.EventTypeID, m.Start)}, nil
}

// alone reports whether a group is, or would be, the only one at a start. One for
// which nobody has paid in time makes room. That one's agent is locked already,
// unless it has only just begun.
func (s *Service) alone(ctx context.Context, tx *ent.Tx, m *ent.Meeting, start time.Time) (bool, error) {
	id, err := tx.Meeting.Query().Where(liveGroup(m.EventTypeID, start), meeting.IDNEQ(m.ID)).OnlyID(ctx)
	if ent.IsNotFound(err) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("looking for the group at %v: %w", start, err)
	}
	other, err := open(ctx, tx, "start", id)
	if err != nil {
		return false, err
	}
	live, err := s.lapse(ctx, tx, other)
	return !live, err
}

// groupAt is the live meeting of a GROUP event type at a start, or nil. Its agent
// is locked, as those of the pool are; what it holds for payments whose time has
// run out is ended. It is read in as few steps as can be: everybody who wants a
// seat waits for them.
func (s *Service) groupAt(ctx context.Context, tx *ent.Tx, et *ent.EventType, start time.Time, locked []*ent.Agent) (*ent.Meeting, error) {
	m, err := seated(tx.Meeting.Query()).Where(liveGroup(et.ID, start)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("looking for the group at %v: %w", start, err)
	}
	mine := func(a *ent.Agent) bool { return len(m.Edges.Agents) > 0 && a.ID == m.Edges.Agents[0].ID }
	if slices.ContainsFunc(locked, mine) {
		m.Edges.EventType = et
	} else if m, err = open(ctx, tx, "start", m.ID); err != nil { // he hosts the event type no more
		return nil, err
	}
	if !slices.Contains(seatsChange.from, m.Status) { // it ended between the two reads
		return nil, eventlog.ErrAgain
	}
	if live, err := s.lapse(ctx, tx, m); err != nil || !live {
		return nil, err
	}
	return m, nil
}

// join takes seats in a group that is there.
func (s *Service) join(ctx context.Context, tx *ent.Tx, r *request, m *ent.Meeting) (*answer, []*eventlog.Draft, error) {
	if slices.ContainsFunc(m.Edges.Agents, gone) {
		return nil, nil, slotTaken("the group at that time takes nobody any more: choose another start")
	}
	if err := input.First(r.byHand(ctx, m.Edges.Agents), r.fits(m)); err != nil {
		return nil, nil, err
	}
	n := len(r.Attendees)
	cost := price(r.et, r.span.minutes, n)
	external, notes := slices.Clone(m.ExternalIds), append(slices.Clone(m.Notes), r.notes(ctx)...)
	for _, id := range r.ExternalIDs {
		if !slices.Contains(external, id) {
			external = append(external, id)
		}
	}
	if err := room(external, notes); err != nil {
		return nil, nil, err
	}
	to := seatsChange
	if cost == 0 {
		to.to, m.Sequence = domain.Active, m.Sequence+n
	}
	err := move(ctx, tx, m, to, func(u *ent.MeetingUpdate) {
		u.AddActiveAttendees(n).SetSequence(m.Sequence).SetUpdatedAt(r.at)
		if len(r.ExternalIDs) > 0 {
			u.SetExternalIds(external)
		}
		if len(r.Notes) > 0 {
			u.SetNotes(notes)
		}
	})
	if err != nil {
		return nil, nil, err
	}
	m.ActiveAttendees += n
	m.ExternalIds, m.Notes, m.UpdatedAt = external, notes, r.at
	if to.to != "" {
		m.Status = to.to
	}
	return s.fill(ctx, tx, r, m, cost, typeid.New(typeid.Attendee))
}

// fits refuses what the group as a whole has otherwise, and more attendees than
// it has room for.
func (r *request) fits(m *ent.Meeting) error {
	otherwise := func(field string, said, has *string) error {
		if said == nil || has != nil && *said == *has {
			return nil
		}
		return apperr.BadInput(field, "it belongs to the whole group, which was made otherwise: leave it out")
	}
	if r.span.minutes != m.DurationMinutes {
		return apperr.BadInput("durationMinutes", "the group at that time takes %d minutes", m.DurationMinutes)
	}
	if len(r.AgentIDs) == 1 && r.AgentIDs[0] != m.Edges.Agents[0].ID {
		return apperr.BadInput("agentIds.0", "the group at that time is with another agent: leave the agent out, or choose another start")
	}
	err := input.First(
		otherwise("modeNote", r.ModeNote, m.ModeNote),
		otherwise("modifiedEventName", r.ModifiedEventName, m.ModifiedEventName),
	)
	if err == nil && m.ActiveAttendees+len(r.Attendees) > m.MaxAttendees {
		err = slotTaken("%d of %d seats are free: choose another start", m.MaxAttendees-m.ActiveAttendees, m.MaxAttendees)
	}
	return err
}

// maxGathered bounds what the members of a group leave at their meeting.
const maxGathered = 500

func room(external []string, notes []domain.Note) error {
	if len(external) > maxGathered {
		return apperr.BadInput("externalIds", "the group has %d external ids: it takes no more", maxGathered)
	}
	if len(notes) > maxGathered {
		return apperr.BadInput("notes", "the group has %d notes: it takes no more", maxGathered)
	}
	return nil
}
