package graph

import (
	"context"
	"fmt"

	"slotcast/ent"
	"slotcast/ent/agent"
	"slotcast/ent/eventtype"
	"slotcast/ent/meeting"
	"slotcast/graph/model"
	"slotcast/internal/apperr"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/viewer"
)

// maxFiltered bounds each list of a filter.
const maxFiltered = 100

// seen makes sure that the viewer sees what a filter names: with a typing error
// in it a subscription would wait for ever.
func (r *Resolver) seen(ctx context.Context, f *model.MeetingEventFilter) error {
	if f == nil {
		return nil
	}
	if f.MeetingID != nil {
		_, err := r.client.Meeting.Query().Where(meeting.ID(*f.MeetingID)).OnlyID(ctx)
		if _, err := named[string]("meeting", *f.MeetingID)(nil, err); err != nil {
			return aboutField(err, "where.meetingId")
		}
	}
	err := allSeen("agent", "where.agentIds", f.AgentIds, func() ([]string, error) {
		return r.client.Agent.Query().Where(agent.IDIn(f.AgentIds...)).IDs(ctx)
	})
	if err != nil {
		return err
	}
	return allSeen("event type", "where.eventTypeIds", f.EventTypeIds, func() ([]string, error) {
		return r.client.EventType.Query().Where(eventtype.IDIn(f.EventTypeIds...)).IDs(ctx)
	})
}

// allSeen compares ids of a filter with those that the viewer sees of them.
func allSeen(kind, field string, ids []string, visible func() ([]string, error)) error {
	if len(ids) == 0 {
		return nil
	}
	if len(ids) > maxFiltered {
		return apperr.BadInput(field, "at most %d are taken", maxFiltered)
	}
	found, err := visible()
	if err != nil {
		return err
	}
	have := map[string]bool{}
	for _, id := range found {
		have[id] = true
	}
	for i, id := range ids {
		if !have[id] {
			return apperr.Missing(kind, fmt.Sprintf("%s.%d", field, i), id)
		}
	}
	return nil
}

// aboutField names the field of a coded error anew.
func aboutField(err error, field string) error {
	if e := apperr.From(err); e != nil {
		e.Field = field
		return e
	}
	return err
}

// submitted is what an event says was submitted; nil for what happened to a
// meeting. It comes from the snapshot, past the data layer's rules: so it is for
// those alone who see all submissions there.
func submitted(ctx context.Context, e *eventlog.Event) (*ent.RoutingFormSubmission, error) {
	told, err := e.Submission()
	if err != nil || told == nil {
		return nil, err
	}
	switch v, _ := viewer.From(ctx); {
	case !v.Leads():
		return nil, apperr.New(apperr.Forbidden, "submissions of routing forms are shown to OWNERs and ADMINs")
	case !v.Has(domain.RoutingFormsRead):
		return nil, apperr.New(apperr.Forbidden, "the token lacks the scope %s: leave submission out, or use one that has it", domain.RoutingFormsRead)
	}
	return told, nil
}
