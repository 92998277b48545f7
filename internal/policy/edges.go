package policy

import (
	"context"

	"slotcast/ent"
	"slotcast/ent/agent"
	"slotcast/ent/eventtype"
	"slotcast/ent/meeting"
	"slotcast/ent/payment"
	"slotcast/ent/privacy"
	"slotcast/ent/routingform"
	"slotcast/ent/routingformsubmission"
)

type vouched struct{}

// Vouch returns a context in which edges to the rows with these ids are taken
// to be inside the viewer's app. A service vouches for rows that it has read or
// written on behalf of the same viewer in the same transaction, and saves a
// query for each edge.
func Vouch(ctx context.Context, ids ...string) context.Context {
	known := map[string]bool{}
	if before, ok := ctx.Value(vouched{}).(map[string]bool); ok {
		for id := range before {
			known[id] = true
		}
	}
	for _, id := range ids {
		known[id] = true
	}
	return context.WithValue(ctx, vouched{}, known)
}

// edges refuses a row whose edges lead outside the viewer's app. It looks the
// rows up on behalf of the viewer, so what he cannot see he cannot point at.
func edges() privacy.MutationRule {
	return privacy.MutationRuleFunc(func(ctx context.Context, m ent.Mutation) error {
		if err := held(m); err != nil {
			return err
		}
		known, _ := ctx.Value(vouched{}).(map[string]bool)
		for _, e := range targets(m) {
			if e.id == "" || known[e.id] {
				continue
			}
			found, err := e.exists(ctx, e.id)
			if err != nil {
				return err
			}
			if !found {
				return privacy.Denyf("%s points at %s, which its viewer cannot see", m.Type(), e.id)
			}
		}
		return privacy.Skip
	})
}

// held refuses edges set from the side that does not hold the key: they would
// write the other rows past those rows' own rules.
func held(m ent.Mutation) error {
	for _, names := range [][]string{m.AddedEdges(), m.RemovedEdges(), m.ClearedEdges()} {
		for _, name := range names {
			switch name {
			case "agent", "event_type", "meeting", "payment", "previous", "routing_form", "routing_form_submission":
			default:
				return privacy.Denyf("edge %s of %s is set from its other side", name, m.Type())
			}
		}
	}
	return nil
}

type target struct {
	id     string
	exists func(ctx context.Context, id string) (bool, error)
}

// targets lists what the mutation's edge fields point at.
func targets(m ent.Mutation) []target {
	var out []target
	add := func(id string, set bool, exists func(context.Context, string) (bool, error)) {
		if set {
			out = append(out, target{id, exists})
		}
	}
	client := m.(interface{ Client() *ent.Client }).Client()
	if m, ok := m.(interface{ AgentID() (string, bool) }); ok {
		id, set := m.AgentID()
		add(id, set, func(ctx context.Context, id string) (bool, error) {
			return client.Agent.Query().Where(agent.ID(id)).Exist(ctx)
		})
	}
	if m, ok := m.(interface{ EventTypeID() (string, bool) }); ok {
		id, set := m.EventTypeID()
		add(id, set, func(ctx context.Context, id string) (bool, error) {
			return client.EventType.Query().Where(eventtype.ID(id)).Exist(ctx)
		})
	}
	if m, ok := m.(interface{ PaymentID() (string, bool) }); ok {
		id, set := m.PaymentID()
		add(id, set, func(ctx context.Context, id string) (bool, error) {
			return client.Payment.Query().Where(payment.ID(id)).Exist(ctx)
		})
	}
	if m, ok := m.(interface{ RoutingFormID() (string, bool) }); ok {
		id, set := m.RoutingFormID()
		add(id, set, func(ctx context.Context, id string) (bool, error) {
			return client.RoutingForm.Query().Where(routingform.ID(id)).Exist(ctx)
		})
	}
	if m, ok := m.(interface {
		RoutingFormSubmissionID() (string, bool)
	}); ok {
		id, set := m.RoutingFormSubmissionID()
		add(id, set, func(ctx context.Context, id string) (bool, error) {
			return client.RoutingFormSubmission.Query().Where(routingformsubmission.ID(id)).Exist(ctx)
		})
	}
	sees := func(ctx context.Context, id string) (bool, error) {
		return client.Meeting.Query().Where(meeting.ID(id)).Exist(ctx)
	}
	switch m := m.(type) {
	case *ent.MeetingMutation:
		id, set := m.PreviousID()
		add(id, set, sees)
	case interface{ MeetingID() (string, bool) }:
		id, set := m.MeetingID()
		add(id, set, sees)
	}
	return out
}
